import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Jobs that a person ends while a call of theirs is under way.
@Suite(.timeLimit(.minutes(5))) struct MarkedJobTests {
    /// Who holds the job when it is marked.
    enum Holder: CaseIterable { case worker, nobody }

    /// What the call cost nobody will tell any more: it is unknown, and its room is not kept from others for ever.
    @Test(arguments: Holder.allCases) func aJobMadeSucceededLeavesNothingReserved(_ holder: Holder) async throws {
        let scene = try await MoneyFixture.make()
        try await scene.set(1000)
        let job = try await scene.jobs(1)[0]
        _ = try await scene.reserve(job, 600)
        if holder == .nobody { _ = try await scene.fixture.queue.release(job.id, epoch: job.epoch) }
        let closing = try await scene.fixture.runs.mark(job.id, of: job.run, succeededWith: .inline(.null))
        #expect(closing == .closed(queues: [], resumed: []))
        #expect(try await scene.budget() == [0, 0, 600])
        #expect(try await scene.ledger() == [0, 0, 600, 0])
        #expect(try await scene.openReservations() == 0)
        // The worker that still had it comes too late.
        try? await scene.settle(job, MoneyFixture.paid(200))
        #expect(try await scene.budget() == [0, 0, 600])
    }

    /// What the release before had left reserved is unknown when the database is migrated.
    @Test func theMigrationSettlesWhatMarkedJobsHaveLeft() async throws {
        let conninfo = try await TestDatabase.empty()
        let connection = try await MigratorTests.connection(conninfo)
        _ = try await Migrator(migrations: Array(Migration.all.prefix(32))).migrate(connection)
        let scene = MoneyFixture(try await QueueFixture.make(in: conninfo))
        try await scene.set(1000)
        let jobs = try await scene.jobs(2)
        for job in jobs { _ = try await scene.reserve(job, 300) }
        _ = try await scene.fixture.runs.mark(jobs[0].id, of: jobs[0].run, succeededWith: .inline(.null))
        #expect(try await scene.budget() == [600, 0, 0])
        _ = try await Migrator(migrations: Array(Migration.all.prefix(33))).migrate(connection)
        // The call of the other one is under way.
        #expect(try await scene.budget() == [300, 0, 300])
        #expect(try await scene.ledger() == [300, 0, 300, 0])
        await connection.close()
    }
}
