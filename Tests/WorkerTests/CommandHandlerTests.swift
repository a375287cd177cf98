import Testing
import Workflow

@testable import Worker

@Suite struct CommandHandlerTests {
    private static func job(_ line: String) throws -> JobDefinition {
        let source = "name: w\njobs:\n  work:\n    command: [\"true\"]\n\(line)"
        return try #require(try WorkflowFile.parse(Array(source.utf8), name: "w").jobs.first)
    }

    @Test func aProgramRunsAsLongAsItsJobMay() throws {
        #expect(CommandHandler.time(of: try Self.job("    timeout: 5m\n")) == .seconds(300))
        #expect(CommandHandler.time(of: try Self.job("")) == .seconds(365 * 86400))
    }
}
