import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs wait for events, without a slot, through kills, and take each once.
@Suite(.serialized) struct EventWaitTests {
    private static let source = """
        name: orders
        params:
          order: {}
        jobs:
          paid:
            wait: {event: order.paid, key: "${{ params.order }}", within: 1h}
          ship:
            needs: [paid]
            command: [echo, "sum=${{ jobs.paid.output.data.sum }}"]
        """

    private static func submit(_ fleet: Fleet, order: String) async throws -> RunID {
        try await fleet.submit(
            "orders",
            source,
            [.init(name: "paid", kind: "wait"), .init(name: "ship", kind: "command", needs: ["paid"])],
            params: ["order": .string(order)]
        )
    }

    private static func output(of run: RunID, _ fleet: Fleet) async throws -> String {
        try await fleet.wait(
            for: run,
            until: """
                SELECT output#>>'{}' AS text FROM chassis.done JOIN chassis.job USING (job_id)
                WHERE job.run_id = $1::bigint AND name = 'ship'
                """
        ).string("text")
    }

    @Test(.timeLimit(.minutes(5))) func goesOnWithTheEventOfItsKey() async throws {
        let fleet = try await Fleet.make()
        let scheduler = await fleet.scheduler()
        let first = fleet.worker("first", arguments: ["--slots", "1"])
        let early = await fleet.chassis(["event", "send", "order.paid", "--key", "9"], at: scheduler)
        #expect(early.contains("event 1"), "\(early)")
        let runs = [try await Self.submit(fleet, order: "7"), try await Self.submit(fleet, order: "8")]
        // One slot, and both wait.
        for run in runs {
            _ = try await fleet.wait(
                for: run,
                until: "SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'event'"
            )
        }
        await first.killAndWait()
        let sent = await fleet.chassis(
            ["event", "send", "order.paid", "--key", "7", "--data", #"{"sum": 70}"#],
            at: scheduler
        )
        #expect(sent.contains("order.paid"), "\(sent)")
        let second = fleet.worker("second", arguments: ["--slots", "1"])
        #expect(try await fleet.end(of: runs[0]) == "succeeded", "\(second.output)")
        #expect(try await Self.output(of: runs[0], fleet) == "sum=70\n")
        let shown = await fleet.chassis(["show", "\(runs[1])"], at: scheduler)
        #expect(shown.contains("order.paid with the key 8"), "\(shown)")
        _ = await fleet.chassis(
            ["event", "send", "order.paid", "--key", "8", "--data", #"{"sum": 80}"#],
            at: scheduler
        )
        #expect(try await fleet.end(of: runs[1]) == "succeeded")
        #expect(try await Self.output(of: runs[1], fleet) == "sum=80\n")
        let left = try await fleet.pool.query("SELECT count(*) AS n FROM chassis.event_wait").rows[0].int("n")
        #expect(left == 0)
        for process in [second, scheduler] { await process.killAndWait() }
        await fleet.close()
    }

    /// The scheduler that took the event dies before it has told anybody; another one does.
    @Test(.timeLimit(.minutes(5))) func hearsOfAnEventWhoseSchedulerDied() async throws {
        let fleet = try await Fleet.make()
        let worker = fleet.worker("only")
        let run = try await Self.submit(fleet, order: "7")
        _ = try await fleet.wait(
            for: run,
            until: "SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'event'"
        )
        // As such a scheduler leaves it: kept, and not dispatched.
        let event = try NewEvent(name: "order.paid", key: "7", data: ["sum": 1])
        _ = try await EventStore(fleet.pool).add(event, team: "default", source: "api")
        let scheduler = await fleet.scheduler()
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        for process in [worker, scheduler] { await process.killAndWait() }
        await fleet.close()
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["fail", "continue"])
    func endsWhenNoneHasComeInTime(_ otherwise: String) async throws {
        let fleet = try await Fleet.make()
        let worker = fleet.worker("only")
        let source = """
            name: patience
            jobs:
              gone: {wait: {event: never.comes, within: 300ms, otherwise: \(otherwise)}}
            """
        let run = try await fleet.submit("patience", source, [.init(name: "gone", kind: "wait")])
        #expect(try await fleet.end(of: run) == (otherwise == "fail" ? "failed" : "succeeded"), "\(worker.output)")
        if otherwise == "fail" { #expect(try await fleet.error(of: run).contains("event-missing")) }
        await worker.killAndWait()
        await fleet.close()
    }
}
