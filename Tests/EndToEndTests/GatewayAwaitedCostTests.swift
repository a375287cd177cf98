import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A response that is made in the background is answered before anybody knows what it costs: the ledger has that when it was read.
@Suite(.serialized) struct GatewayAwaitedCostTests {
    /// What the ledger has: reserved, paid and unknown, in micro-dollars.
    private static func ledger(_ scene: GatewayScene) async throws -> [Int64] {
        let row = try await scene.fleet.pool.query(
            """
            SELECT coalesce(sum(reserved_micro_usd), 0)::bigint AS reserved, coalesce(sum(paid_micro_usd), 0)::bigint AS paid,
                   coalesce(sum(unknown_micro_usd), 0)::bigint AS unknown
            FROM chassis.ledger
            """
        ).rows[0]
        return [try row.int64("reserved"), try row.int64("paid"), try row.int64("unknown")]
    }

    /// What the provider bills, in micro-dollars: a million tokens cost 2.50 dollars in, and 10 out.
    private static func billed(_ scene: GatewayScene, _ tag: String) async throws -> Int64 {
        try await scene.bill(of: tag).reduce(0) { sum, call in
            let input = call["usage"]?["input_tokens"]?.integerValue ?? 0
            let output = call["usage"]?["output_tokens"]?.integerValue ?? 0
            return sum + (25 * input + 100 * output) / 10
        }
    }

    /// Starts a run whose program reads its response so often once the file is there.
    private static func submit(_ scene: GatewayScene, reads: Int, waitingFor file: String) async throws -> RunID {
        try await submit(scene, (0..<reads).map { "read \($0)" }, waitingFor: file)
    }

    private static func submit(_ scene: GatewayScene, _ reads: [String], waitingFor file: String) async throws -> RunID
    {
        let words = ["background", "go [run:awaited turns:1]", file] + reads
        return try await scene.submit("awaited", run: RudeOutcome.program(words))
    }

    private static func untilBegun(_ run: RunID, _ scene: GatewayScene) async throws {
        _ = try await scene.fleet.wait(
            for: run,
            until: "SELECT FROM chassis.log WHERE run_id = $1::bigint AND line = 'begun'"
        )
    }

    /// A response is made, and billed, when it was read twice; the third time tells what it cost.
    @Test(.timeLimit(.minutes(5)), arguments: [2, 3, 4])
    func theMostIsUnknownUntilTheResponseWasRead(_ reads: Int) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/go"
        let run = try await Self.submit(scene, reads: reads, waitingFor: file)
        try await Self.untilBegun(run, scene)
        let most = try await Self.ledger(scene)
        #expect(most[0] == 0 && most[1] == 0 && most[2] > 10_000)
        Fleet.write("", to: file)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let billed = try await Self.billed(scene, "awaited")
        #expect(billed == 350)
        #expect(try await Self.ledger(scene) == (reads > 2 ? [0, billed, 0] : most))
        #expect(try await scene.bill(of: "awaited").count == 1)
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// Worker, gateway and program are killed when the last answer is recorded, and what it tells is not put down yet.
    @Test(.timeLimit(.minutes(5))) func whatWasToldIsPutDownByTheNextAttempt() async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        let file = scene.fleet.directory + "/go"
        let run = try await Self.submit(scene, reads: 3, waitingFor: file)
        try await Self.untilBegun(run, scene)
        let most = try await Self.ledger(scene)
        try await scene.fleet.pool.transaction { connection in
            _ = try await connection.query("SELECT FROM chassis.step WHERE position LIKE 'gateway/%' FOR UPDATE")
            Fleet.write("", to: file)
            let waits: PostgresStatement = """
                SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'chassis-worker gateway'
                """
            var waiting: [Int] = []
            while waiting.isEmpty { waiting = try await scene.fleet.pool.query(waits).rows.map { try $0.int("pid") } }
            let victims = [first.pid] + scene.gateways() + [scene.program(of: first, tag: "awaited")].compactMap { $0 }
            #expect(victims.count == 3)
            // Stopped first, so that none of them sees another one's end.
            for victim in victims { kill(victim, SIGSTOP) }
            for victim in victims { kill(victim, SIGKILL) }
            // What they asked for last, the database would do all the same.
            for pid in waiting {
                _ = try await scene.fleet.pool.query("SELECT pg_terminate_backend($1::integer)", [.integer(Int64(pid))])
            }
            while try await !scene.fleet.pool.query(waits).rows.isEmpty {}
        }
        #expect(try await Self.ledger(scene) == most && most[1] == 0 && most[2] > 10_000)
        let second = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(second.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        for name in ["begin", "read 0"] { #expect(said[name]?[1] == "exact", "\(said.text())") }
        #expect(try await Self.ledger(scene) == [0, Self.billed(scene, "awaited"), 0])
        #expect(try await scene.bill(of: "awaited").count == 1)
        await second.killAndWait()
        await scene.close()
    }

    /// Its events come as the provider sends them, and the last one tells what it cost.
    @Test(.timeLimit(.minutes(5))) func aResponseThatIsFollowedTellsWhatItCost() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/go"
        await scene.hold("awaited", from: 1, inTheMiddle: true)
        let run = try await Self.submit(scene, ["follow"], waitingFor: file)
        try await Self.untilBegun(run, scene)
        let most = try await Self.ledger(scene)
        Fleet.write("", to: file)
        _ = try await scene.fleet.wait(
            for: run,
            until: "SELECT FROM chassis.log WHERE run_id = $1::bigint AND line = 'follows'"
        )
        #expect(try await Self.ledger(scene) == most && most[2] > 10_000)
        await scene.hold("awaited", from: nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        let kinds: JSONValue = ["response.created", "response.output_text.delta", "response.completed"]
        #expect(said["follow"] == [200, .null, kinds], "\(said.text())")
        #expect(try await Self.ledger(scene) == [0, Self.billed(scene, "awaited"), 0])
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// It is asked for again, as often as the program likes; one that is not there is an error in the provider's words.
    @Test(.timeLimit(.minutes(5))) func aResponseIsFollowedAgain() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/go"
        Fleet.write("", to: file)
        let run = try await Self.submit(scene, ["follow missing", "follow", "follow again"], waitingFor: file)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said["follow missing"]?[0] == 404, "\(said.text())")
        #expect(said["follow missing"]?[2]?["error"]?["type"] == "invalid_request_error", "\(said.text())")
        #expect(said["follow"]?[0] == 200 && said["follow again"] == said["follow"], "\(said.text())")
        #expect(try await Self.ledger(scene) == [0, Self.billed(scene, "awaited"), 0])
        await worker.killAndWait()
        await scene.close()
    }

    /// There are eight places for large answers; what was passed on keeps none, and nothing is kept of an attempt that has ended.
    @Test(.timeLimit(.minutes(5))) func largeResponsesThatAreReadWhileTheyAreMadeHoldNobodyUp() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        for name in ["first", "second", "third"] {
            let words = ["unfinished", "go [run:\(name) turns:1 kib:1200]", "5"]
            let run = try await scene.submit(name, run: RudeOutcome.program(words))
            #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
            let said = try JSONValue(parsing: try await scene.output(of: run))
            #expect(said == .array(Array(repeating: "queued", count: 5)), "\(said.text())")
        }
        await worker.killAndWait()
        await scene.close()
    }

    /// Whoever cancels a run before it has read its response leaves the most as unknown.
    ///
    /// A fork of it asks for no other response, and what it is told of that one's cost is put down as its source's.
    @Test(.timeLimit(.minutes(5))) func aForkOfACancelledRunReadsTheResponseOfItsSource() async throws {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/go"
        let run = try await Self.submit(scene, reads: 3, waitingFor: file)
        try await Self.untilBegun(run, scene)
        let most = try await Self.ledger(scene)
        let said = await scene.fleet.chassis(["cancel", "\(run)"], at: scheduler)
        #expect(try await scene.fleet.end(of: run) == "cancelled", "\(said) \(worker.output)")
        #expect(try await Self.ledger(scene) == most && most[0] == 0 && most[1] == 0 && most[2] > 10_000)
        #expect(try await scene.openCalls(of: run) == 0)
        Fleet.write("", to: file)
        let answer = await scene.fleet.chassis(["fork", "\(run)", "--json"], at: scheduler)
        let id = try JSONValue(parsing: answer)["id"]?.integerValue
        let fork = RunID(rawValue: try #require(id, "\(answer)"))
        #expect(try await scene.fleet.end(of: fork) == "succeeded", "\(worker.output)")
        let output = try JSONValue(parsing: try await scene.output(of: fork))
        #expect(output["begin"]?[1] == "exact", "\(output.text())")
        #expect(output["read 2"]?[2]?["status"] == "completed", "\(output.text())")
        #expect(try await scene.bill(of: "awaited").count == 1)
        let billed = try await Self.billed(scene, "awaited")
        #expect(try await Self.ledger(scene) == [0, billed, 0] && billed == 350)
        let paid = try await scene.fleet.pool.query("SELECT run_id FROM chassis.ledger WHERE kind = 'found'").rows
        #expect(try paid.map { try $0.int64("run_id") } == [run.rawValue])
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }
}
