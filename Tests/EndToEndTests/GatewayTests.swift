import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Programs that know nothing of the machine, as command jobs: they and their workers are killed, and nothing is paid
/// twice.
@Suite(.serialized) struct GatewayTests {
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("chat", []), ("chat", ["stream"]), ("responses", ["stream", "hang-up"]), ("responses", ["server-held"]),
            ("messages", []), ("messages", ["stream", "hang-up"]), ("gemini", []), ("gemini", ["stream"]),
        ]
    ) func recordsWhatAProgramAsks(_ format: String, _ options: [String]) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "plain",
            run: GatewayScene.agent(format, tag: "plain", turns: 4, options: options)
        )
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        #expect(try await scene.output(of: run).contains("all done"))
        let bill = try await scene.bill(of: "plain")
        #expect(bill.map { $0["turn"]?.integerValue } == [1, 2, 3, 4])
        #expect(bill.allSatisfy { $0["key"]?.stringValue?.hasSuffix(GatewayScene.key) == true })
        #expect(Set(bill.map { $0["idempotency"]?.stringValue }).count == 4)
        let rows = try await scene.fleet.pool.query(
            """
            SELECT count(*) AS n, sum(cost_micro_usd) AS cost, min(name) AS name FROM chassis.step
            WHERE state = 'recorded' AND position LIKE 'gateway/%#%'
            """
        ).rows[0]
        #expect(try rows.int("n") == 4)
        // 100 tokens at 2.50 and 10 at 10.00 dollars a million, four times.
        #expect(try rows.int("cost") == 4 * (250 + 100))
        #expect(try rows.string("name").hasSuffix("/fake"))
        await worker.killAndWait()
        await scene.close()
    }

    /// The program is killed at random points, its worker at others, and sometimes both.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("chat", [], 1), ("chat", ["drift"], 2), ("responses", ["stream", "drift"], 3), ("messages", ["drift"], 4),
            ("gemini", ["stream", "drift"], 5),
        ]
    ) func paysForNothingTwice(_ format: String, _ options: [String], _ seed: UInt64) async throws {
        let scene = try await GatewayScene.make()
        var generator = SeededGenerator(seed: seed)
        let turns = 12
        let run = try await scene.submit(
            "storm",
            run: GatewayScene.agent(format, tag: "storm", turns: turns, delay: 60, options: options)
        )
        var worker = scene.worker("worker-0")
        var kills = 0
        while kills < 10 {
            // The first one so that there are answers behind tool results to replay, and calls to make.
            let target = Int.random(in: kills == 0 ? 3...turns / 2 : 1...turns, using: &generator)
            await scene.hold("storm", from: target)
            await scene.untilCalled("storm", target)
            guard try await !hasEnded(run, scene) else { break }
            // It goes on for one call, and no further before the kill.
            await scene.hold("storm", from: target + 1)
            // Anywhere in a turn: before the answer, in the middle, behind it.
            let wait = Double.random(in: 0...0.12, using: &generator)
            _ = try await scene.fleet.pool.query("SELECT pg_sleep($1::text::float8)", [.text("\(wait)")])
            let what = Int.random(in: 0..<3, using: &generator)
            if what != 1, let program = scene.program(of: worker, tag: "storm") { kill(program, SIGKILL) }
            if what != 0 {
                await worker.killAndWait()
                worker = scene.worker("worker-\(kills + 1)")
            }
            kills += 1
            await scene.hold("storm", from: nil)
        }
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        let bill = try await scene.bill(of: "storm").compactMap { $0["turn"]?.integerValue }
        #expect(bill == Array(1...Int64(turns)), "seed \(seed), \(kills) kills")
        #expect(kills > 0)
        let unknown = try await scene.fleet.number(
            """
            SELECT count(*)::integer AS n FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%' AND step.state <> 'recorded'
            """,
            of: run
        )
        #expect(unknown == 0)
        if options.contains("drift") {
            #expect(try await scene.log(of: run).contains("was served from its record, drifted"))
        }
        await worker.killAndWait()
        await scene.close()
    }

    private func hasEnded(_ run: RunID, _ scene: GatewayScene) async throws -> Bool {
        try await scene.fleet.number(
            "SELECT count(*)::integer AS n FROM chassis.ended_run WHERE run_id = $1::bigint",
            of: run
        ) > 0
    }
}
