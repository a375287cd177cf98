import JobModel
import Testing

@testable import Workflow

/// `docs/workflow.schema.json` says the same as the reader, as far as a schema can.
@Suite struct PublishedSchemaTests {
    static func schema() throws -> JSONSchema {
        try JSONSchema(JSONValue(parsing: try #require(projectFile("docs/workflow.schema.json"))))
    }

    private static func json(_ text: String) -> JSONValue? {
        let collector = FaultCollector(file: "f")
        let root = SourceReader.read(Array(text.utf8), contents: "name and jobs", faults: collector)
        return collector.isEmpty ? root?.json : nil
    }

    @Test(arguments: GoodFiles.all) func acceptsGoodFiles(_ text: String) throws {
        #expect(try Self.schema().validate(try #require(Self.json(text))).map(\.description) == [])
    }

    @Test(arguments: BadFile.all) func refusesBadFiles(_ file: BadFile) throws {
        let json = Self.json(file.text)
        switch file.schema {
        case .unread: #expect(json == nil)
        case .refused: #expect(try !Self.schema().validate(try #require(json)).isEmpty)
        case .accepted: #expect(try Self.schema().validate(try #require(json)).map(\.description) == [])
        }
    }

    /// The whole files among the examples of the reference.
    static let examples: [String] = (projectFile("docs/workflow.md") ?? "").split(separator: "```").map(String.init)
        .filter { $0.hasPrefix("yaml\nname:") }.map { String($0.dropFirst(5)) }

    @Test func findsTheExamples() { #expect(Self.examples.count == 14) }

    @Test(arguments: examples) func acceptsTheExamplesOfTheReference(_ text: String) throws {
        #expect(faults(text) == [])
        #expect(try Self.schema().validate(try #require(Self.json(text))).map(\.description) == [])
    }

    @Test(arguments: ["churn-report", "triage", "swift-worker"].map { "Examples/\($0)/workflow.yaml" })
    func acceptsTheExamplesOfTheProject(_ path: String) throws {
        let text = try #require(projectFile(path))
        #expect(faults(text) == [])
        #expect(try Self.schema().validate(try #require(Self.json(text))).map(\.description) == [])
    }
}
