import JobModel

/// An answer to a request for log lines.
struct LogPage: Equatable, Sendable {
    let lines: [LogLine]
    /// The number up to which everybody has certainly written.
    let next: Int64
    /// Whether the run has ended and nothing follows.
    let isFinal: Bool

    init(lines: [LogLine], next: Int64, isFinal: Bool) {
        self.lines = lines
        self.next = next
        self.isFinal = isFinal
    }

    init(_ json: JSONValue) {
        self.init(lines: json.list("lines").map(LogLine.init), next: json.number("next"), isFinal: json.flag("final"))
    }
}
