import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// The run of a program is forked at one of its own steps: what was recorded before is taken over, that step and the rest is paid anew.
@Suite(.serialized) struct ForkedProgramTests {
    /// Starts a fork by the command line.
    private static func fork(
        _ run: RunID,
        _ arguments: [String],
        _ scene: GatewayScene,
        _ scheduler: ChildProcess
    ) async throws -> RunID {
        let output = await scene.fleet.chassis(["fork", "\(run)", "--json"] + arguments, at: scheduler)
        let id = try? JSONValue(parsing: output)["id"]?.integerValue
        return RunID(rawValue: try #require(id ?? nil, "\(output)"))
    }

    private static func turns(_ scene: GatewayScene, _ tag: String) async throws -> [Int64?] {
        try await scene.bill(of: tag).map { $0["turn"]?.integerValue }
    }

    /// The fork's worker is killed in the middle, with its program, and another goes on.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("chat", []), ("chat", ["drift", "stream"]), ("responses", ["server-held"]), ("messages", ["drift"]),
        ] as [(String, [String])]
    ) func paysForACallAndWhatComesBehindItOnce(_ format: String, _ options: [String]) async throws {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let first = scene.worker("first")
        let words = GatewayScene.agent(format, tag: "parted", turns: 6, options: options)
        let run = try await scene.submit("parted", run: words)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(first.output)")
        #expect(try await Self.turns(scene, "parted") == [1, 2, 3, 4, 5, 6])
        // The fifth turn waits at the provider, and its worker dies meanwhile.
        await scene.hold("parted", from: 5)
        let name = format == "messages" ? "claude" : "fake"
        let fork = try await Self.fork(run, ["--at", "work:gateway/\(name)#4"], scene, scheduler)
        await scene.untilCalled("parted", 8)
        let program = scene.program(of: first, tag: "parted")
        await first.killAndWait()
        if let program { kill(program, SIGKILL) }
        let second = scene.worker("second")
        await scene.hold("parted", from: nil)
        #expect(try await scene.fleet.end(of: fork) == "succeeded", "\(second.output)")
        #expect(try await Self.turns(scene, "parted") == [1, 2, 3, 4, 5, 6, 4, 5, 6])
        #expect(try await scene.openCalls(of: fork) == 0)
        #expect(try await scene.output(of: fork).contains("all done"))
        let paid = try await scene.fleet.number(
            """
            SELECT count(*)::integer AS n FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%' AND cost_micro_usd > 0
            """,
            of: fork
        )
        #expect(paid == 3)
        // The source is what it was.
        let unchanged = try await Self.fork(run, [], scene, scheduler)
        #expect(try await scene.fleet.end(of: unchanged) == "succeeded", "\(second.output)")
        #expect(try await scene.bill(of: "parted").count == 9)
        await second.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }

    /// The first fork took over all there was, so its program was never started and no gateway ever opened for it.
    @Test(.timeLimit(.minutes(5))) func aForkOfAForkGoesBackToTheFirstRun() async throws {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let worker = scene.worker("worker")
        let run = try await scene.submit("again", run: GatewayScene.agent("chat", tag: "again", turns: 4))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let same = try await Self.fork(run, [], scene, scheduler)
        #expect(try await scene.fleet.end(of: same) == "succeeded", "\(worker.output)")
        let parted = try await Self.fork(same, ["--at", "work:gateway/fake#3"], scene, scheduler)
        #expect(try await scene.fleet.end(of: parted) == "succeeded", "\(worker.output)")
        #expect(try await Self.turns(scene, "again") == [1, 2, 3, 4, 3, 4])
        // In what the fork took over, and in what it has paid itself.
        for (position, expected) in [("gateway/fake#2", [2, 3, 4]), ("gateway/fake#4", [4])] as [(String, [Int64])] {
            let before = try await Self.turns(scene, "again")
            let last = try await Self.fork(parted, ["--at", "work:\(position)"], scene, scheduler)
            #expect(try await scene.fleet.end(of: last) == "succeeded", "\(worker.output)")
            #expect(try await Self.turns(scene, "again") == before + expected)
        }
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }

    /// Calls of models, named steps and tools stand in two journals; a fork parts at any of them, in the order of recording.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            // What is done and paid anew: the notes, and the calls.
            ("gateway/step/first#1", [], ["first", "tool", "second"], 3),
            ("gateway/fake#1", [], ["tool", "second"], 3), ("gateway/fake#2", [], ["tool", "second"], 2),
            ("tool", [], ["tool", "second"], 1), ("gateway/claude#1", [], ["second"], 1),
            ("gateway/step/second#1", [], ["second"], 0), ("gateway/step/second#1", ["--result", "given"], [], 0),
            ("gateway/step/first#1", ["--result", "given"], ["tool", "second"], 3), ("command#1", [], [], 0),
        ] as [(String, [String], [String], Int)]
    ) func partsAtWhateverTheProgramDid(
        _ place: String,
        _ edit: [String],
        _ notes: [String],
        _ calls: Int
    ) async throws {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/notes"
        func step(_ name: String) -> String {
            "\(Programs.path("chassis")) step \(name) -- sh -c 'echo \(name) >> \(file); echo \(name) is done'"
        }
        func agent(_ format: String, turns: Int) -> String {
            GatewayScene.agent(format, tag: "many", turns: turns).map { "'\($0)'" }.joined(separator: " ")
        }
        let tool = "python3 \(Fleet.repository)/Tests/Servers/tool_client.py 'note={}'"
        let script = [
            "set -e", step("first"), agent("chat", turns: 2), tool, agent("messages", turns: 1), step("second"),
        ]
        let run = try await scene.submit(
            "many",
            run: ["bash", "-c", script.joined(separator: "; ")],
            more: ", tools: [{command: {name: note, run: [sh, -c, 'echo tool >> \(file)'], effect: once}}]"
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(scene.notes == ["first", "tool", "second"])
        let billed = try await scene.bill(of: "many").count
        #expect(billed == 3)
        var position = place
        if place == "tool" {
            position = try await scene.fleet.pool.query(
                "SELECT position FROM chassis.step WHERE kind = 'tool' AND name = 'note'"
            ).rows[0].string("position")
        }
        let fork = try await Self.fork(run, ["--at", "work:\(position)"] + edit, scene, scheduler)
        #expect(try await scene.fleet.end(of: fork) == "succeeded", "\(worker.output)")
        #expect(scene.notes == ["first", "tool", "second"] + notes)
        #expect(try await scene.bill(of: "many").count == billed + calls)
        if !edit.isEmpty { #expect(try await scene.log(of: fork).contains("given")) }
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func saysWhyAStepOfAProgramCannotBeNamed() async throws {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let worker = scene.worker("worker")
        let run = try await scene.submit("why", run: GatewayScene.agent("chat", tag: "why", turns: 2))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let refusals: [(String, [String], String)] = [
            ("gateway/fake#3", [], "no step gateway/fake#3; it has gateway/fake#1, gateway/fake#2, command#1"),
            ("gateway/fake#2", ["--prompt", "x"], "is the program's own: what it asks"),
            ("gateway/fake#2", ["--model", "fake/other"], "is the program's own: what it asks"),
            ("gateway/fake#2", ["--result", "x"], "takes no \"result\"; give one to a tool call or a named step"),
            ("fake#2", [], "has recorded no step fake#2"), ("gateway/fake", [], "name#1 or gateway/name#1"),
        ]
        for (step, edit, expected) in refusals {
            let said = await scene.fleet.chassis(["fork", "\(run)", "--at", "work:\(step)"] + edit, at: scheduler)
            #expect(said.contains(expected), "\(said)")
        }
        #expect(try await scene.bill(of: "why").count == 2)
        let runs: PostgresStatement = "SELECT count(*)::integer AS n FROM chassis.run WHERE run_id >= $1::bigint"
        #expect(try await scene.fleet.number(runs, of: run) == 1)
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }
}
