import Testing

@testable import Workflow

/// Workflows of a folder that would start each other without an end.
@Suite struct StartCycleTests {
    private struct Part {
        let name: String
        var team = "default"
        /// The triggers, as they stand in the file.
        var triggers: [String] = []
        var produces: [String] = []
        var starts: [String] = []
    }

    private static func faults(_ parts: [Part]) throws -> [WorkflowFault] {
        let files = try parts.map { part in
            let triggers = part.triggers.isEmpty ? "" : "triggers: [\(part.triggers.joined(separator: ", "))]\n"
            let jobs =
                part.produces.enumerated().map { "p\($0): {command: [x], produces: [\($1)]}" }
                + part.starts.enumerated().map { "c\($0): {workflow: \($1)}" } + ["z: {command: [x]}"]
            let text = "name: \(part.name)\nteam: \(part.team)\n\(triggers)jobs: {\(jobs.joined(separator: ", "))}\n"
            let file = part.name + ".yaml"
            return StartCycles.File(
                name: file,
                text: text,
                definition: try WorkflowFile.parse(Array(text.utf8), name: file)
            )
        }
        return StartCycles(files).faults
    }

    @Test func namesTheWayAndThePlace() throws {
        let faults = try Self.faults([
            Part(name: "before", produces: ["raw"]),
            Part(name: "a", triggers: ["{any: [raw, z]}"], produces: ["x"]),
            Part(name: "b", triggers: ["{asset: x}"], produces: ["y"]),
            Part(name: "c", triggers: ["{asset: y, gather: none}"], produces: ["z"]),
            Part(name: "behind", triggers: ["{asset: z}"], produces: ["end"]),
        ])
        #expect(
            faults.map(\.description) == [
                "a.yaml:3:1: triggers: the workflows would start each other, without an end: a produces x, which starts b; "
                    + "b produces y, which starts c; c produces z, which starts a; say with where, in a trigger of one of them, "
                    + "which updates count"
            ]
        )
    }

    @Test func whereEndsACycle() throws {
        #expect(
            try Self.faults([
                Part(name: "a", triggers: ["{asset: y, where: event.data.n > 1}"], produces: ["x"]),
                Part(name: "b", triggers: ["{asset: x}"], produces: ["y"]),
            ]).isEmpty
        )
    }

    /// Without news of something else nothing goes round.
    @Test func whatNeedsMoreThanTheOthersIsNoCycle() throws {
        #expect(
            try Self.faults([
                Part(name: "a", triggers: ["{all: [y, outside]}"], produces: ["x"]),
                Part(name: "b", triggers: ["{asset: x}"], produces: ["y"]),
            ]).isEmpty
        )
        let both = try Self.faults([
            Part(name: "a", triggers: ["{all: [y, z]}"], produces: ["x"]),
            Part(name: "b", triggers: ["{asset: x}"], produces: ["y"]),
            Part(name: "c", triggers: ["{asset: x}"], produces: ["z"]),
        ])
        #expect(both.count == 1)
    }

    @Test func otherTeamsHearOfNothing() throws {
        #expect(
            try Self.faults([
                Part(name: "a", team: "one", triggers: ["{asset: y}"], produces: ["x"]),
                Part(name: "b", team: "two", triggers: ["{asset: x}"], produces: ["y"]),
            ]).isEmpty
        )
    }

    @Test func whatChildRunsProduceCounts() throws {
        let faults = try Self.faults([
            Part(name: "a", triggers: ["{asset: y}"], starts: ["child"]),
            Part(name: "child", produces: ["y"]),
        ])
        #expect(faults.count == 1 && faults[0].message.contains("a produces y, which starts a"), "\(faults)")
    }

    @Test func childRunsMayNotGoRound() throws {
        let faults = try Self.faults([
            Part(name: "a", starts: ["b", "b", "elsewhere"]), Part(name: "b", starts: ["c"]),
            Part(name: "c", starts: ["a"]),
            Part(name: "top", starts: ["a"]),
        ])
        #expect(
            faults.map(\.description) == [
                "a.yaml:3:8: jobs.c0: the workflows would start each other as child runs, without an end: a → b → c → a"
            ]
        )
    }

    /// A line of a hundred takes no time worth speaking of, and two files of one name no harm.
    @Test(.timeLimit(.minutes(5))) func staysCheap() throws {
        var parts = (0..<100).map {
            Part(name: "w\($0)", triggers: ["{asset: x\($0)}"], produces: ["x\($0 + 1)"])
        }
        #expect(try Self.faults(parts + [parts[0]]).isEmpty)
        parts[99].produces = ["x0"]
        #expect(try Self.faults(parts).count == 1)
    }
}
