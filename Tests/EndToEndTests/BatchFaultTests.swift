import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What may go wrong with one batch, beside the others of its connection.
@Suite struct BatchFaultTests {
    /// A run is cancelled when its batch has ended and nobody knows it yet: the provider cancels no more, and has to be paid.
    @Test(.timeLimit(.minutes(5)), arguments: BatchScene.Provider.allCases)
    func whatABatchHasCostIsKnownWhenItEndedBeforeItsCancelling(_ provider: BatchScene.Provider) async throws {
        let scene = try await BatchScene.make()
        let victim = scene.worker("victim", failpoint: "batch-after-note")
        let run = try await scene.submit("early", ["early"], of: provider)
        #expect(await victim.ended() == .signalled(SIGKILL), "\(victim.output)")
        #expect(try await RunStore(scene.fleet.pool).cancel(run) != nil)
        let worker = scene.worker("next")
        #expect(try await scene.fleet.end(of: run) == "cancelled", "\(worker.output)")
        _ = try await scene.fleet.wait(
            for: run,
            until: """
                SELECT WHERE NOT EXISTS (SELECT FROM chassis.batched_call JOIN chassis.job USING (job_id)
                                         WHERE run_id = $1::bigint)
                """
        )
        #expect(try await scene.ledger(of: run) == [0, BatchScene.cost.rawValue, 0], "\(worker.output)")
        await worker.killAndWait()
        await scene.close()
    }

    /// The store loses what a call says: that comes to nothing, and the other calls are made, in its batch or behind it.
    @Test(.timeLimit(.minutes(5)), arguments: [1, 2])
    func aLostRequestHoldsUpNoOtherCall(ofBatchesOf most: Int) async throws {
        let scene = try await BatchScene.make(gather: "1h")
        let pool = scene.fleet.pool
        let first = scene.worker("first")
        let run = try await scene.submit("lossy", ["", ""])
        try await scene.untilGiven(2, of: run)
        await first.killAndWait()
        let batches = BatchStore(pool)
        while try await batches.make(of: "openai", after: .zero, calls: most, bytes: 1 << 20) {}
        let lost = try await pool.query("SELECT request, job_id FROM chassis.batched_call ORDER BY call_id").rows[0]
        let digest = try #require(try lost.string("request").split(separator: ":").first)
        let path = "\(scene.fleet.directory)/store/blobs/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))"
        #expect(unlink(path) == 0, "\(path)")
        let worker = scene.worker("second")
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        let bill = try await scene.bill(of: "lossy")
        #expect(bill.batches.count == 1 && bill.paid.count == 1, "\(bill)")
        #expect(try await scene.ledger(of: run) == [0, BatchScene.cost.rawValue, 0])
        let done = try await pool.query("SELECT job_id, state, error ->> 'code' AS code FROM chassis.done").rows
        for row in done {
            let isLost = try row.int64("job_id") == lost.int64("job_id")
            #expect(try row.string("state") == (isLost ? "failed" : "succeeded"))
            #expect(try row.optionalString("code") == (isLost ? "store" : nil))
        }
        await worker.killAndWait()
        await scene.close()
    }
}
