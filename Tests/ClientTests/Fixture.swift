import JobModel

@testable import Client

/// What lies in `Fixtures`, and terminals to write to.
enum Fixture {
    static let directory = FileSystem.parent(of: #filePath) + "/Fixtures"

    /// The moment from which the fixtures are looked at: a minute after the run began.
    static let now = Timestamp("2026-07-01T12:01:00.000000Z") ?? Timestamp(microseconds: 0)

    static var runJSON: JSONValue {
        get throws { try JSONValue(parsing: LocalFile.read(directory + "/run.json", maximumBytes: 1 << 20)) }
    }

    static var run: RunDetail { get throws { RunDetail(try runJSON) } }

    /// The lines as they are written without colours.
    static func text(_ lines: [StyledLine]) -> String { lines.map { $0.text(coloured: false) }.joined(separator: "\n") }
}
