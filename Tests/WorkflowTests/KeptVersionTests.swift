import JobModel
import Testing

@testable import Workflow

/// Versions that were accepted by a release of before, or on another machine, go on as they did.
@Suite struct KeptVersionTests {
    private static func kept(_ text: String) throws -> WorkflowDefinition {
        try WorkflowFile.parse(Array(text.utf8), name: "w", isKept: true)
    }

    private static func agent(_ keys: String) -> String {
        "name: w\njobs: {a: {agent: {model: c/m, prompt: p, \(keys)}}}\n"
    }

    @Test(arguments: [
        agent("tools: [{agent: {name: e, model: c/m, limits: {usd: 1, requests: 3}}}]"),
        agent("tools: [{files: {}}, {command: {name: read_files, run: [x]}}]"),
        "name: w\njobs: {a: {llm: {model: c/m, prompt: p, choose: []}}}\n",
        "name: w\ntriggers: [{cron: '@daily', timezone: Mars/Olympus, start: 2026-01-01}]\njobs: {a: {command: [x]}}\n",
        "name: w\njobs: {a: {workflow: {name: v, params: {map: {fold: '${{ length(outputs) }}'}}}}}\n",
        "name: w\nparams: {where: {}}\ntriggers: [{event: e, params: {where: '${{ event.key }}'}}]\n"
            + "jobs: {a: {command: [x]}}\n",
    ]) func readsWhatWouldBeRefusedToday(_ text: String) throws {
        #expect(!faults(text).isEmpty)
        #expect(try Self.kept(text).jobs.count == 1)
    }

    /// The time zones of a machine are not those of the one that accepted the file.
    @Test func aZoneThatIsGoneIsMissingWhereItMatters() throws {
        let workflow = try Self.kept(
            "name: w\ntriggers: [{every: 5m, timezone: Mars/Olympus}, {every: 5m}]\njobs: {a: {command: [x]}}\n"
        )
        #expect(workflow.schedules.map(\.timezone) == ["Mars/Olympus", "UTC"])
        #expect(throws: (any Error).self) { _ = try workflow.schedules[0].rule() }
        #expect(throws: Never.self) { _ = try workflow.schedules[1].rule() }
    }
}
