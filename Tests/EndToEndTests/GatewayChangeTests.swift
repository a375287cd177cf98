import Glibc
import JobModel
import Postgres
import TestSupport
import Testing

/// What programs change in conversations that the provider holds: each change is made once, whatever is killed.
@Suite(.serialized) struct GatewayChangeTests {
    private static func program(_ words: [String]) -> [String] {
        ["python3", "\(Fleet.repository)/Tests/Servers/held_changes.py"] + words
    }

    private static func changes(_ scene: GatewayScene, of tag: String) async throws -> [JSONValue] {
        try await scene.bill(of: tag).filter { $0["path"]?.stringValue?.hasSuffix("/conversations") != true }
    }

    /// The program is killed behind answers and in front of them.
    @Test(.timeLimit(.minutes(5))) func makesEachChangeOnce() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("changes", run: Self.program(["all", "changes", scene.fleet.directory]))
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        for name in ["create", "first", "again", "named", "renamed", "without"] {
            let answers = (0...2).map { said[$0]?[name] }
            #expect(answers[0]?[0] == 200 && answers[0]?[1] == "live", "\(name): \(said.text())")
            for answer in answers.dropFirst() {
                #expect(answer == [200, "exact", answers[0]?[2] ?? nil], "\(name): \(said.text())")
            }
        }
        // What is read of a conversation that is gone meanwhile is read out of the record.
        for name in ["last", "items", "item", "about", "delete"] {
            #expect(said[1]?[name]?[0] == 200, "\(name): \(said.text())")
            #expect(said[2]?[name] == [200, "exact", said[1]?[name]?[2] ?? nil], "\(name): \(said.text())")
        }
        // Equal changes got answers of their own.
        #expect(said[0]?["first"] != said[0]?["again"])
        let made = try await Self.changes(scene, of: "changes")
        #expect(
            made.compactMap { $0["method"]?.stringValue } == [
                "POST", "POST", "POST", "POST", "DELETE", "POST", "DELETE",
            ]
        )
        #expect(Set(made.compactMap { $0["idempotency"]?.stringValue }).count == 7)
        #expect(try await scene.openCalls(of: run) == 0)
        let steps = try await scene.fleet.pool.query(
            """
            SELECT kind, effect, count(*) AS n, count(cost_micro_usd) AS priced FROM chassis.step
            WHERE position LIKE 'gateway/%' GROUP BY kind, effect
            """
        )
        // The beginning of a conversation has no intent.
        #expect(steps.rows.count == 1)
        #expect(try steps.rows[0].string("kind") == "step" && steps.rows[0].string("effect") == "idempotent")
        #expect(try steps.rows[0].int("n") == 7 && steps.rows[0].int("priced") == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// A program that does again what it did with responses is told what it was told, also of one that is deleted.
    @Test(.timeLimit(.minutes(5))) func doesOnceWhatIsDoneWithResponses() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "kept",
            run: RudeOutcome.program(["responses", "go [run:kept turns:1]", scene.fleet.directory + "/told"])
        )
        let state = try await scene.fleet.end(of: run)
        let output = try await scene.output(of: run)
        #expect(state == "succeeded", "\(output)")
        let said = try JSONValue(parsing: output)
        for name in ["first", "read", "delete", "second", "cancel", "cancelled", "compact", "count"] {
            let (before, after) = (said[0]?[name], said[1]?[name])
            #expect(before?[0] == 200 && before?[1] == "live", "\(name): \(output)")
            #expect(after?[1] == "exact" && after?[2] == before?[2], "\(name): \(output)")
        }
        #expect(said[0]?["delete"]?[2]?["deleted"] == true && said[0]?["cancelled"]?[2]?["status"] == "cancelled")
        let bill = try await scene.bill(of: "kept").compactMap { call -> String? in
            guard let method = call["method"]?.stringValue, let path = call["path"]?.stringValue else { return nil }
            return "\(method) \(path.split(separator: "/").last { !$0.hasPrefix("resp_") } ?? "")"
        }
        #expect(
            bill == [
                "POST responses", "DELETE responses", "POST responses", "POST cancel", "POST compact",
                "POST input_tokens",
            ]
        )
        let steps = try await scene.fleet.pool.query(
            """
            SELECT concat_ws(' ', kind, effect, state, cost_micro_usd) AS line FROM chassis.step
            WHERE position LIKE 'gateway/%' ORDER BY started_at
            """
        ).rows.map { try $0.string("line") }
        let changed = "step idempotent recorded"
        // What the second answer costs is not told, since it was stopped before.
        let made = "model none recorded 350"
        #expect(steps == [made, changed, "model none recorded", changed, made])
        await worker.killAndWait()
        await scene.close()
    }

    /// Also what was read of a response before it changed no more is read again, as often, once it is cancelled or deleted.
    @Test(.timeLimit(.minutes(5)), arguments: ["cancel", "delete"])
    func readsAgainWhatWasReadOfAResponseThatWasStopped(_ how: String) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let words = ["polls", "go [run:polled turns:1]", scene.fleet.directory + "/told", how]
        let run = try await scene.submit("polled", run: RudeOutcome.program(words))
        let state = try await scene.fleet.end(of: run)
        let output = try await scene.output(of: run)
        #expect(state == "succeeded", "\(output)")
        let said = try JSONValue(parsing: output)
        for name in ["begin", "early", "later", "delete"] + (how == "cancel" ? ["cancel", "cancelled"] : []) {
            let (before, after) = (said[0]?[name], said[1]?[name])
            #expect(before?[0] == 200 && before?[1] == "live", "\(name): \(output)")
            // What was not recorded is told as it was read the last time.
            let told = name == "early" ? said[0]?["later"] : before
            #expect(after?[1] == "exact" && after?[2] == told?[2], "\(name): \(output)")
        }
        #expect(said[1]?["early"]?[2]?["status"] == "in_progress")
        #expect(try await scene.bill(of: "polled").count == (how == "cancel" ? 3 : 2))
        await worker.killAndWait()
        await scene.close()
    }

    /// With the whole host gone, the change in flight is asked for again, with the same key, and listed as unknown.
    @Test(.timeLimit(.minutes(5))) func listsTheChangeInFlightWhenEverythingIsLost() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        await scene.hold("added", from: 1, changes: true)
        let run = try await scene.submit("added", run: Self.program(["one", "added"]))
        await scene.untilCalled("added", 1, path: "/items")
        let gateways = Descendants.marked("chassis-worker\0gateway")
            .filter { Fleet.read("/proc/\($0)/environ").contains("TMPDIR=\(scene.fleet.directory)\0") }
        let programs = Descendants.of(first.pid).filter { Fleet.read("/proc/\($0)/cmdline").hasPrefix("python3\0") }
        #expect(gateways.count == 1 && programs.count == 1)
        // Stopped first, so that none of them sees another one's end.
        for victim in [first.pid] + gateways + programs { kill(victim, SIGSTOP) }
        for victim in [first.pid] + gateways + programs { kill(victim, SIGKILL) }
        await scene.hold("added", from: nil)
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == [200, "live"])
        let made = try await Self.changes(scene, of: "added")
        #expect(made.count == 2 && made[0]["idempotency"] == made[1]["idempotency"])
        let unknown = try await scene.fleet.number(
            """
            SELECT coalesce(sum(unknown_calls), 0)::integer AS n FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%'
            """,
            of: run
        )
        #expect(unknown == 1)
        let log = try await scene.log(of: run)
        #expect(log.contains("the outcome of step step gateway/fake#2 (fake/POST conversations/conv_"), "\(log)")
        await second.killAndWait()
        await scene.close()
    }

    /// A provider that fails behind a change may have made it; one that refuses it has not.
    @Test(.timeLimit(.minutes(5)), arguments: [("page-502", 1), ("429", 0)])
    func listsWhatMayHaveHappened(_ answer: String, _ unknown: Int) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        // The conversation begins as ever.
        await scene.script("refused", #"[null, "\#(answer)"]"#)
        let run = try await scene.submit("refused", run: Self.program(["quick", "refused"]))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let status: JSONValue = answer == "429" ? 429 : 502
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == [[status, "live"], [200, "live"]])
        let said = try await scene.fleet.pool.query(
            """
            SELECT sum(unknown_calls)::integer AS unknown, count(*) FILTER (WHERE state = 'recorded')::integer AS recorded
            FROM chassis.step WHERE position LIKE 'gateway/%'
            """
        )
        #expect(try said.rows[0].int("unknown") == unknown && said.rows[0].int("recorded") == 1)
        await worker.killAndWait()
        await scene.close()
    }
}
