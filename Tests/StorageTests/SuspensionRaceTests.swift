import JobModel
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

/// No resumption is lost, whatever goes first.
@Suite(.timeLimit(.minutes(5))) struct SuspensionRaceTests {
    private static let event = Suspension(waitsFor: .event, detail: "flag")

    @Test(arguments: [true, false]) func aResumptionBesideTheSuspension(_ isResumedFirst: Bool) async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        let suspend: @Sendable () async throws -> Void = {
            let suspended = try await fixture.queue.suspend(job.id, epoch: job.epoch, Self.event)
            #expect(suspended != nil)
        }
        let resume: @Sendable () async throws -> Void = { _ = try await fixture.queue.resume([job.id]) }
        try await fixture.holding(run, until: isResumedFirst ? [resume, suspend] : [suspend, resume])
        #expect(try await fixture.states(of: run) == ["a": "pending"])
    }

    @Test(arguments: [true, false]) func aCancellationBesideTheSuspension(_ isCancelledFirst: Bool) async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        let suspend: @Sendable () async throws -> Void = {
            let suspended = try await fixture.queue.suspend(job.id, epoch: job.epoch, Self.event)
            #expect(suspended == .waiting)
        }
        let cancel: @Sendable () async throws -> Void = { _ = try await fixture.runs.cancel(run) }
        try await fixture.holding(run, until: isCancelledFirst ? [cancel, suspend] : [suspend, cancel])
        if isCancelledFirst {
            // Nobody but the next claim can end it, so it is due at once.
            #expect(try await fixture.queue.readyDueJobs() == ["default"])
            #expect(try await fixture.claim().map(\.isCancelled) == [true])
        } else {
            #expect(try await fixture.ending(of: run) == "cancelled")
        }
    }

    /// The change and the resumption commit together, after the job was claimed and has looked.
    @Test func aResumptionThatTheClaimDidNotSee() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        _ = try await fixture.queue.release(job.id, epoch: job.epoch)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                for (statement, parameters) in QueueStore.resumption(of: [job.id]) {
                    _ = try await connection.query(statement, parameters)
                }
                // Not committed yet: the job is claimed, finds nothing changed, and wants to wait.
                let again = try #require(try await fixture.claim().first)
                group.addTask {
                    let suspended = try await fixture.queue.suspend(again.id, epoch: again.epoch, Self.event)
                    #expect(suspended == .pending(queue: "default"))
                }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.states(of: run) == ["a": "pending"])
    }

    /// Jobs that look at a flag and suspend, and others that set the flags, as fast as they can.
    @Test func everyJobSeesItsFlag() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.pool.query("CREATE TABLE flag (job_id bigint PRIMARY KEY)")
        let names = (0..<40).map { "j\($0)" }
        let run = try await fixture.submit(names.map { ($0, []) }).run
        let rows = try await fixture.pool.query("SELECT job_id FROM chassis.job ORDER BY job_id").rows
        let jobs = try rows.map { JobID(rawValue: try $0.int64("job_id")) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for job in jobs.shuffled() {
                    let change = PostgresStatement(name: "set_flag", sql: "INSERT INTO flag VALUES ($1::bigint)")
                    let resumption = QueueStore.resumption(of: [job])
                    _ = try await fixture.pool.pipeline(
                        [resumption[0], (change, [.integer(job.rawValue)]), resumption[1]]
                    )
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    while try await fixture.ending(of: run) == nil {
                        for job in try await fixture.claim(3) {
                            let flag = try await fixture.pool.query(
                                "SELECT FROM flag WHERE job_id = $1::bigint",
                                [.integer(job.id.rawValue)]
                            )
                            if flag.rows.isEmpty {
                                _ = try await fixture.queue.suspend(job.id, epoch: job.epoch, Self.event)
                            } else {
                                _ = try await fixture.end([job])
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.ending(of: run) == "succeeded")
    }
}
