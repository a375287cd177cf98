import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What people do to runs while real workers have them.
@Suite(.serialized) struct OperationTests {
    /// A job that is marked while its worker waits for a model: the worker hears of it at once, and what it does is dropped.
    @Test(.timeLimit(.minutes(5))) func aMarkedJobIsTakenOutOfItsWorkersHands() async throws {
        let fleet = try await Fleet.make()
        await fleet.hold(turn: 4)
        let run = try await fleet.submitAgent()
        let worker = fleet.worker("only", arguments: ["--lease", "60s", "--slots", "1"])
        await fleet.untilHeld()
        let runs = RunStore(fleet.pool)
        let job = try #require(try await runs.job(named: "work", in: run))
        let closing = try await runs.mark(job.id, of: run, succeededWith: .inline("by hand"))
        #expect(closing == .closed(queues: [], resumed: []))
        #expect(try await fleet.end(of: run) == "succeeded")
        // The only slot is free for another one, though the model has not answered.
        let other = try await fleet.submitAgent(tag: "other")
        #expect(try await fleet.end(of: other) == "succeeded", "\(worker.output)")
        await fleet.release()
        #expect(try await runs.outputs(of: run)["work"] == .inline("by hand"))
        await worker.killAndWait()
        await fleet.close()
    }

    /// A job that succeeded runs anew: from its checkpoints for nothing, and afresh when it is told so.
    @Test(.timeLimit(.minutes(5))) func aRetryPaysOnlyWhenItBeginsAfresh() async throws {
        let fleet = try await Fleet.make()
        let run = try await fleet.submitAgent()
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let paid = try fleet.bill().billed
        let runs = RunStore(fleet.pool)
        for (retry, times) in [(RunStore.Retry(.all), 1), (RunStore.Retry(.all, fresh: ["work"]), 2)] {
            guard case .goesOn(let queues) = try await runs.retry(run, retry) else {
                Issue.record("it does not go on")
                break
            }
            try await Notifications.sendReady(queues, on: fleet.pool)
            #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
            #expect(try fleet.bill().billed == paid * times)
        }
        await worker.killAndWait()
        await fleet.close()
    }
}
