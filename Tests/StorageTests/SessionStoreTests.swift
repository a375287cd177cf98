import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

@Suite struct SessionStoreTests {
    /// Everybody who could have rescued a job in time was gone: it is found by a thorough look, however long ago.
    @Test func rescuesJobsOfSessionsThatEndedLongAgo() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.submit([("a", [])])
        _ = try await fixture.claim()
        _ = try await fixture.pool.query(
            "UPDATE chassis.session SET ended_at = now() - interval '1 day', end_reason = 'process gone'"
        )
        let rescued = { (isThorough: Bool) in
            try await Repair().pass(on: fixture.pool, isThorough: isThorough).rescued.count
        }
        #expect(try await rescued(false) == 0)
        #expect(try await rescued(true) == 1)
    }

    @Test func findsTheCancelledJobsOfASession() async throws {
        let fixture = try await QueueFixture.make()
        let runs = [try await fixture.submit([("a", [])]).run, try await fixture.submit([("a", [])]).run]
        let jobs = try await fixture.claim()
        try await fixture.pool.withConnection { connection in
            #expect(try await fixture.sessions.cancelledJobs(of: fixture.session, on: connection) == [])
            _ = try await fixture.runs.cancel(runs[1])
            let cancelled = try await fixture.sessions.cancelledJobs(of: fixture.session, on: connection)
            #expect(cancelled == jobs.filter { $0.run == runs[1] }.map(\.id))
        }
    }

    /// A lock that an older connection of the process still holds is no sign of death, and is taken later.
    @Test func doesNotCountALockThatItCouldNotTake() async throws {
        let fixture = try await QueueFixture.make()
        let sessions = fixture.sessions
        let old = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "holder"))
        let new = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "test"))
        #expect(try await sessions.lock(fixture.session, on: old))
        #expect(try await sessions.lock(fixture.session, on: new) == false)
        await old.close()
        while try await isHeld(on: new) {}
        #expect(try await RepairLook.take(grace: .zero, on: new).sessions == [])
        #expect(try await RepairLook.take(grace: .zero, on: new).sessions == [])
        #expect(try await sessions.lock(fixture.session, on: new))
        await new.close()
    }

    @Test func renewsOnlyALivingSession() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.pool.withConnection { connection in
            #expect(try await fixture.sessions.renew(fixture.session, lease: .seconds(3600), on: connection) == [])
            await #expect(throws: StorageError.sessionEnded(fixture.session)) {
                try await fixture.sessions.renew(
                    fixture.session,
                    lease: .seconds(15),
                    on: connection,
                    now: "2999-01-01"
                )
            }
            try await fixture.sessions.finish(fixture.session, on: connection)
            await #expect(throws: StorageError.sessionEnded(fixture.session)) {
                try await fixture.sessions.renew(fixture.session, lease: .seconds(15), on: connection)
            }
        }
    }

    @Test func tellsASessionOfItsCancelledJobs() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let job = try #require(try await fixture.claim().first)
        #expect(try await fixture.runs.cancel(run) == .init(running: 1))
        #expect(try await fixture.states(of: run) == ["a": "running", "b": "cancelled"])
        let told = try await fixture.pool.withConnection {
            try await fixture.sessions.renew(fixture.session, lease: .seconds(15), on: $0)
        }
        #expect(told == [job.id])
        _ = try await fixture.end([job], .cancelled)
        #expect(try await fixture.ending(of: run) == "cancelled")
    }

    @Test func endsASessionWhoseLeaseRanOutAndRescuesItsJobs() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        let job = try #require(try await fixture.claim().first)
        try await fixture.pool.withConnection { connection in
            let sessions = fixture.sessions
            #expect(try await RepairLook.take(grace: .milliseconds(300), on: connection).sessions == [])
            let later = try await connection.query("SELECT (now() + interval '2h')::text AS at").rows[0].string("at")
            let changes = try await RepairLook.take(grace: .milliseconds(300), on: connection, now: later).sessions
            #expect(changes == [.init(session: fixture.session, worker: "w1", endReason: "lease expired")])
            let rescued = try await sessions.rescue(poisonLimit: 3, on: connection, now: later)
            #expect(rescued == [.init(job: job.id, run: run, queue: "default", hasFailed: false)])
            #expect(try await sessions.rescue(poisonLimit: 3, on: connection, now: later) == [])
            let other = try await QueueFixture.begin("w2", on: connection)
            let again = try #require(try await fixture.claim(session: other).first)
            #expect(again.attempt == 2 && again.losses == 1 && again.failures == 0 && again.epoch.rawValue == 2)
        }
        #expect(try await fixture.end([job]).ended.isEmpty)
    }

    @Test func noticesThatAProcessIsGoneByItsFreeLock() async throws {
        let fixture = try await QueueFixture.make()
        let sessions = fixture.sessions
        let holder = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "holder"))
        #expect(try await sessions.lock(fixture.session, on: holder))
        try await fixture.pool.withConnection { connection in
            let changes = try await RepairLook.take(grace: .zero, on: connection).sessions
            #expect(changes == [])
        }
        await holder.close()
        let observer = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "o"))
        while try await isHeld(on: observer) {}
        #expect(
            try await RepairLook.take(grace: .seconds(3600), on: observer).sessions
                == [.init(session: fixture.session, worker: "w1", endReason: nil)]
        )
        #expect(try await RepairLook.take(grace: .seconds(3600), on: observer).sessions == [])
        #expect(
            try await RepairLook.take(grace: .zero, on: observer).sessions
                == [.init(session: fixture.session, worker: "w1", endReason: "process gone")]
        )
        await observer.close()
    }

    @Test func forgivesALockThatComesBackInTime() async throws {
        let fixture = try await QueueFixture.make()
        let sessions = fixture.sessions
        let observer = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "o"))
        let first = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "holder"))
        #expect(try await sessions.lock(fixture.session, on: first))
        await first.close()
        while try await isHeld(on: observer) {}
        #expect(try await RepairLook.take(grace: .seconds(3600), on: observer).sessions.count == 1)
        let second = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "holder"))
        #expect(try await sessions.lock(fixture.session, on: second))
        #expect(try await RepairLook.take(grace: .zero, on: observer).sessions == [])
        await second.close()
        await observer.close()
    }

    /// After a restart of the server all locks are free at once: nobody is taken for dead before the lease is over.
    @Test func countsNoFreeLockOfAnEarlierLifeOfTheServer() async throws {
        let fixture = try await QueueFixture.make()
        // However slow the machine is, the lease is not over.
        _ = try await fixture.pool.query("UPDATE chassis.session SET lease_expires_at = now() + interval '1 hour'")
        let observer = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "o"))
        let holder = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "holder"))
        #expect(try await fixture.sessions.lock(fixture.session, on: holder))
        await holder.close()
        try await observer.execute("DELETE FROM chassis.incarnation")
        while try await isHeld(on: observer) {}
        #expect(try await RepairLook.take(grace: .zero, on: observer).sessions == [])
        #expect(try await RepairLook.take(grace: .zero, on: observer).sessions == [])
        await observer.close()
    }

    @Test func failsAJobThatLosesItsWorkersAndSkipsItsDependents() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        try await fixture.pool.withConnection { connection in
            for loss in 1...3 {
                let session = try await QueueFixture.begin("w\(loss)", on: connection)
                _ = try #require(try await fixture.claim(session: session).first)
                try await fixture.sessions.finish(session, on: connection)
                let rescued = try await fixture.sessions.rescue(poisonLimit: 3, on: connection)
                #expect(rescued.map(\.hasFailed) == [loss == 3])
            }
        }
        #expect(try await fixture.states(of: run) == ["a": "failed", "b": "skipped"])
        #expect(try await fixture.ending(of: run) == "failed")
    }

    /// A claim that commits after its session was ended is found by a later look.
    @Test func tellsOfEndedSessionsForAMinute() async throws {
        let fixture = try await QueueFixture.make()
        try await fixture.pool.withConnection { connection in
            try await fixture.sessions.finish(fixture.session, on: connection)
            for (seconds, isTold) in [(61, false), (30, true)] {
                let now = try await connection.query(
                    "SELECT (now() + $1::integer * interval '1 second')::text AS at",
                    [.integer(seconds)]
                ).rows[0].string("at")
                let look = try await RepairLook.take(grace: .milliseconds(300), on: connection, now: now)
                #expect(look == .init(sessions: [], hasEndedSessions: isTold, hasDueJobs: false, isNewsAtDoor: false))
            }
        }
    }

    /// Whether the server still has the connection that is named the holder, which may outlive the client's end by a moment.
    private func isHeld(on observer: PostgresConnection) async throws -> Bool {
        try await !observer.query(
            "SELECT FROM pg_stat_activity WHERE application_name = 'holder' AND datname = current_database()"
        ).rows.isEmpty
    }

    /// The lock is found again in the moment in which somebody else counts the session as gone.
    @Test func aLockThatIsFoundAgainKeepsASessionFromBeingEnded() async throws {
        let fixture = try await QueueFixture.make()
        let sessions = fixture.sessions
        let holder = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "holder"))
        #expect(try await sessions.lock(fixture.session, on: holder))
        await holder.close()
        let missing = try await fixture.pool.withConnection { connection in
            while try await isHeld(on: connection) {}
            return try await RepairLook.take(grace: .seconds(60), on: connection).sessions
        }
        #expect(missing.map(\.endReason) == [nil])
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await connection.query("UPDATE chassis.session SET lock_missing_at = NULL")
                group.addTask {
                    let changes = try await fixture.pool.withConnection {
                        try await RepairLook.take(grace: .zero, on: $0).sessions
                    }
                    #expect(changes.allSatisfy { $0.endReason == nil })
                }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
        #expect(
            try await fixture.pool.query("SELECT FROM chassis.session WHERE ended_at IS NULL").rows.count == 1
        )
    }

    /// A renewal that was sent in time commits late, while somebody finds the lease run out.
    @Test func aRenewalUnderWayKeepsASessionFromBeingEnded() async throws {
        let fixture = try await QueueFixture.make()
        let sessions = fixture.sessions
        let (begun, late) = try await fixture.pool.withConnection { connection in
            let row = try await connection.query(
                """
                SELECT (lease_expires_at - interval '1 second')::text AS begun,
                       (lease_expires_at + interval '1 second')::text AS late
                FROM chassis.session
                """
            ).rows[0]
            return (try row.string("begun"), try row.string("late"))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await sessions.renew(fixture.session, lease: .seconds(15), on: connection, now: begun)
                group.addTask {
                    let changes = try await fixture.pool.withConnection {
                        try await RepairLook.take(grace: .milliseconds(300), on: $0, now: late).sessions
                    }
                    #expect(changes == [])
                }
                while try await fixture.waitingForLocks() == 0 {}
            }
            try await group.waitForAll()
        }
        _ = try await fixture.pool.withConnection {
            try await sessions.renew(fixture.session, lease: .seconds(15), on: $0, now: late)
        }
    }
}
