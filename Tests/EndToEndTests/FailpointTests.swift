import Glibc
import TestSupport
import Testing

/// A process that is to be killed in the middle of its work says so before it begins.
@Suite(.serialized) struct FailpointTests {
    @Test(.timeLimit(.minutes(5)), arguments: ["before-send:7:stop", nil])
    func aWorkerSaysWhichFailpointIsSet(_ failpoint: String?) async throws {
        let fleet = try await Fleet.make(turns: 1)
        let worker = fleet.worker("worker", failpoint: failpoint)
        #expect(await worker.line { $0.contains("the session has begun") } != nil, "\(worker.output)")
        #expect(worker.output.contains("a failpoint is set failpoint=before-send:7:stop") == (failpoint != nil))
        #expect(worker.output.contains("failpoint") == (failpoint != nil), "\(worker.output)")
        await worker.killAndWait()
        await fleet.close()
    }

    /// One that is no place of the program sets nothing.
    @Test(.timeLimit(.minutes(5)), arguments: ["after-prune", "before-send", nil])
    func aSchedulerSaysWhichFailpointIsSet(_ failpoint: String?) async throws {
        let fleet = try await Fleet.make(turns: 1)
        let scheduler = await fleet.scheduler(failpoint: failpoint)
        #expect(scheduler.output.contains("a failpoint is set") == (failpoint == "after-prune"), "\(scheduler.output)")
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// A test, or a storm, that never comes by the place has tried nothing.
    @Test(.timeLimit(.minutes(5))) func aWorkerSaysWhereItIsKilled() async throws {
        let fleet = try await Fleet.make(turns: 1)
        _ = try await fleet.submitAgent()
        let worker = fleet.worker("worker", failpoint: "before-send:t0001")
        let line = await worker.line { $0 == "failpoint before-send:t0001 is reached" }
        #expect(line != nil, "\(worker.output)")
        #expect(await worker.ended() == .signalled(SIGKILL))
        await fleet.close()
    }
}
