import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Calls of several jobs that count in no budget are written by one statement, and what does not belong there is left to others.
@Suite(.timeLimit(.minutes(5))) struct CallsOfManyJobsTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func theirBooksAreThoseOfCallsAlone(seed: UInt64) async throws {
        print("calls of many jobs: seed \(seed)")
        let together = try await Self.books(seed: seed, together: true)
        #expect(together.count > 50)
        #expect(together == (try await Self.books(seed: seed, together: false)))
    }

    @Test func whatIsSettledAndWhatIsIntendedIsOneTransaction() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        #expect(try await scene.steps.intendUnbudgeted([Self.call(jobs[0], "c#1", 5)]) == [.written])
        let settled = [
            Self.settled(jobs[1], "c#9", MoneyFixture.paid(3)), Self.settled(jobs[0], "c#1", MoneyFixture.paid(3)),
        ]
        let intents = [Self.call(jobs[0], "c#2", 5), Self.call(jobs[0], "c#1", 5), Self.call(jobs[1], "c#1", 5)]
        let written = try await scene.steps.writeUnbudgeted(settling: settled, intending: intents)
        #expect(written.settled == [false, true])
        #expect(written.intended == [.written, .leftOut, .written])
        let entries = try await scene.fixture.pool.query(
            "SELECT count(*) AS entries FROM chassis.ledger GROUP BY xmin::text ORDER BY entries"
        ).rows
        #expect(try entries.map { try $0.int("entries") } == [1, 3])
    }

    @Test func whatTheDatabaseRefusesLeavesNothingOfItsSet() async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        #expect(try await scene.steps.intendUnbudgeted([Self.call(jobs[0], "c#1", 5)]) == [.written])
        var bad = Self.call(jobs[1], "c#1", 5)
        bad.step.kind = "nothing that is known"
        await #expect(throws: PostgresError.self) {
            try await scene.steps.writeUnbudgeted(
                settling: [Self.settled(jobs[0], "c#1", MoneyFixture.paid(3))],
                intending: [bad]
            )
        }
        #expect(try await scene.openReservations() == 5)
        #expect(try await scene.ledger()[1] == 0)
    }

    @Test(arguments: [true, false]) func thoseUnderABudgetAreLeftOut(together: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2) + scene.jobs(1, team: "other")
        try await scene.set(1_000)
        try await scene.money.set(
            Budget(limit: MicroDollars(rawValue: 1_000), mode: .hard),
            of: .connection,
            "d",
            per: .total
        )
        let calls = [
            Self.call(jobs[0], "c#1", 5), Self.call(jobs[2], "c#1", 6), Self.call(jobs[1], "c#1", 7),
            Self.call(jobs[2], "d#1", 8, connection: "d"),
        ]
        #expect(try await scene.intend(calls, together) == [.mayCount, .written, .mayCount, .mayCount])
        #expect(try await scene.ledger()[0] == 6)
        #expect(try await scene.openReservations() == 6)
    }

    @Test(arguments: [true, false]) func thoseOfAChildRunAreLeftOut(together: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        _ = try await scene.fixture.pool.query(
            "UPDATE chassis.run SET parent_run_id = $1::bigint, parent_job_id = $2::bigint WHERE run_id = $3::bigint",
            [.integer(jobs[0].run.rawValue), .integer(jobs[0].id.rawValue), .integer(jobs[1].run.rawValue)]
        )
        let calls = jobs.map { Self.call($0, "c#1", 5) }
        #expect(try await scene.intend(calls, together) == [.written, .mayCount])
    }

    @Test(arguments: [true, false]) func nothingIsWrittenTwiceAndNothingUnderALostLease(together: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(3)
        let calls = jobs.map { Self.call($0, "c#1", 5) }
        #expect(try await scene.intend([calls[0], calls[0], calls[2]], together) == [.written, .leftOut, .written])
        _ = try await scene.fixture.end([jobs[2]])
        #expect(try await scene.intend(calls, together) == [.leftOut, .written, .leftOut])
        #expect(try await scene.ledger()[0] == 15)
        let settled = jobs.map { Self.settled($0, "c#1", MoneyFixture.paid(3)) }
        #expect(try await scene.steps.settleUnbudgeted(settled) == [true, true, false])
        #expect(try await scene.steps.settleUnbudgeted(settled) == [false, false, false])
        #expect(try await scene.ledger()[1] == 6)
        #expect(try await scene.openReservations() == 5)
    }

    @Test(arguments: [true, false]) func aLeaseThatIsBeingGivenUpIsNotWaitedFor(together: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(3)
        #expect(try await scene.steps.intendUnbudgeted([Self.call(jobs[1], "c#1", 5)]) == [.written])
        let other = try await PostgresConnection.connect(
            .init(conninfo: scene.fixture.conninfo, applicationName: "test")
        )
        _ = try await other.query("BEGIN")
        _ = try await other.query(
            "DELETE FROM chassis.lease WHERE job_id = $1::bigint",
            [.integer(jobs[1].id.rawValue)]
        )
        let calls = jobs.map { Self.call($0, "c#2", 5) }
        #expect(try await scene.intend(calls, together) == [.written, .leftOut, .written])
        #expect(try await scene.steps.settleUnbudgeted([Self.settled(jobs[1], "c#1", MoneyFixture.paid(3))]) == [false])
        _ = try await other.query("ROLLBACK")
        #expect(try await scene.steps.settleUnbudgeted([Self.settled(jobs[1], "c#1", MoneyFixture.paid(3))]) == [true])
    }

    @Test func aBudgetThatIsSetMeanwhileHasWhatIsReserved() async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        #expect(try await scene.steps.intendUnbudgeted([Self.call(job, "c#1", 500)]) == [.written])
        try await scene.set(1_000)
        #expect(try await scene.budget() == [500, 0, 0])
        #expect(try await scene.steps.settleUnbudgeted([Self.settled(job, "c#1", MoneyFixture.paid(20))]) == [false])
        #expect(try await scene.budget() == [500, 0, 0])
        try await scene.settle(job, MoneyFixture.paid(20), at: "c#1")
        #expect(try await scene.budget() == [0, 20, 0])
    }

    /// Whoever sets a budget has locked all of them, and its row is not committed: a call that asks now sees it behind the lock.
    @Test(arguments: [true, false]) func aBudgetThatIsBeingSetIsWaitedForAndSeen(together: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2)
        try await withThrowingTaskGroup(of: [StepStore.UnbudgetedIntent].self) { group in
            try await scene.fixture.pool.transaction { connection in
                _ = try await connection.query(Statement.lockBudgets)
                _ = try await connection.query(
                    """
                    INSERT INTO chassis.budget (scope, name, period, limit_micro_usd, mode, set_at)
                    VALUES ('team', 'growth', 'total', 1000, 'hard', now())
                    """
                )
                let calls = (together ? jobs : [jobs[0]]).map { Self.call($0, "c#1", 5) }
                group.addTask { try await scene.steps.intendUnbudgeted(calls) }
                while try await scene.fixture.waitingForLocks() == 0 {}
            }
            for try await outcomes in group { #expect(outcomes.allSatisfy { $0 == .mayCount }) }
        }
        #expect(try await scene.openReservations() == 0)
    }

    /// Each run whose file sets a budget leaves one behind, until it is pruned.
    @Test(arguments: [true, false]) func manyBudgetsOfOthersMakeACallNoDearer(together: Bool) async throws {
        let scene = try await MoneyFixture.make()
        let job = try await scene.jobs(1)[0]
        let before = try await Self.buffers(of: job, in: scene, together)
        try await scene.fixture.pool.withConnection { connection in
            try await connection.execute(
                """
                INSERT INTO chassis.budget (scope, name, period, limit_micro_usd, mode, run_id, set_at)
                SELECT 'run', (1000000 + number)::text, 'run', 1, 'hard', 1000000 + number, now()
                FROM generate_series(1, 20000) AS number;
                ANALYZE chassis.budget;
                """
            )
        }
        let after = try await Self.buffers(of: job, in: scene, together)
        #expect(after <= before + 20, "\(before) and \(after) buffers")
    }

    /// The buffers that a call takes, in a set of one or alone, as in a worker's session.
    private static func buffers(of job: ClaimedJob, in scene: MoneyFixture, _ together: Bool) async throws -> Int {
        try await scene.fixture.pool.withConnection { connection in
            try await connection.execute(
                """
                SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;
                SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan;
                """
            )
            var least = Int.max
            // The first one also reads catalogues and makes plans; so does each that comes when other tests have made databases.
            for position in 1...8 {
                try await connection.execute("BEGIN")
                let explain = "EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off) "
                let lines = try await connection.query(
                    PostgresStatement(
                        name: nil,
                        sql: together
                            ? explain
                                + """
                                SELECT * FROM chassis.intend_unbudgeted_calls(
                                    '{\(job.id)}', '{\(job.epoch)}', '{c#\(position)}', '{model}', '{c/m}', '{none}', '{00}', '{c}',
                                    '{m}', '{1}', '{NULL}', '{1}', now())
                                """
                            : explain + Statement.intendUnbudgetedCall.sql
                    ),
                    together
                        ? []
                        : [
                            .integer(job.id.rawValue), .integer(job.epoch.rawValue), .text("c#\(position)"),
                            .text("model"),
                            .text("c/m"), .text("none"), .bytes([0]), .text("c"), .text("m"), .integer(1), .null,
                            .integer(1), .null,
                        ]
                ).rows.map { try $0.string("QUERY PLAN") }
                try await connection.execute("ROLLBACK")
                try #require(lines.contains { $0.contains("Buffers:") })
                least = min(least, Buffers.count(in: lines))
            }
            return least
        }
    }

    // MARK: The scene

    static func call(_ job: ClaimedJob, _ position: String, _ most: Int64, _ number: Int = 1, connection: String = "c")
        -> (step: StepStore.Identity, call: PaidCall)
    {
        var step = StepStoreTests.step(job, position)
        step.call = number
        return (
            step,
            PaidCall(connection: connection, model: "m", most: MicroDollars(rawValue: most), price: MoneyFixture.price)
        )
    }

    static func settled(
        _ job: ClaimedJob,
        _ position: String,
        _ settlement: StepStore.Settlement,
        _ number: Int = 1,
        unknownCalls: Int = 0
    ) -> StepStore.SettledCall {
        StepStore.SettledCall(
            job: job.id,
            epoch: job.epoch,
            step: StepStore.SettledStep(
                position: position,
                call: number,
                settlement: settlement,
                unknownCalls: unknownCalls
            )
        )
    }

    /// Sets of intents and settlements of three jobs, some said again, some late, some of one position; and all that is written then.
    private static func books(seed: UInt64, together: Bool) async throws -> [String] {
        let scene = try await MoneyFixture.make()
        let jobs = try await scene.jobs(2) + scene.jobs(1, team: "other")
        var chance = SeededGenerator(seed: seed)
        var numbers: [String: Int] = [:]
        // What was settled goes with the intents behind it.
        var settled: [StepStore.SettledCall] = []
        for _ in 0..<20 {
            var intents: [(step: StepStore.Identity, call: PaidCall)] = []
            for _ in 0..<Int.random(in: 1...8, using: &chance) {
                let job = jobs.randomElement(using: &chance) ?? jobs[0]
                let position = "c#\(Int.random(in: 1...6, using: &chance))"
                let key = "\(job.id) \(position)"
                // Now and then the same again, or one that a later call has overtaken.
                let number =
                    Bool.random(using: &chance) ? numbers[key, default: 0] + 1 : max(1, numbers[key, default: 1])
                numbers[key] = max(numbers[key, default: 0], number)
                intents.append(call(job, position, Int64.random(in: 1...900, using: &chance), number))
            }
            var written = (
                settled: settled.map { _ in false }, intended: intents.map { _ in StepStore.UnbudgetedIntent.leftOut }
            )
            if together { written = try await scene.steps.writeUnbudgeted(settling: settled, intending: intents) }
            for (call, isSettled) in zip(settled, written.settled) where !isSettled {
                try await scene.steps.settle(job: call.job, epoch: call.epoch, [call.step])
            }
            for (intent, outcome) in zip(intents, written.intended) where outcome != .written {
                #expect(try await scene.steps.intend(intent.step, intent.call) == .granted(warning: nil))
            }
            settled = []
            for job in jobs {
                for place in 1...6 where Int.random(in: 0..<2, using: &chance) == 0 {
                    // No call is settled of which nobody has written the intent.
                    guard let number = numbers["\(job.id) c#\(place)"] else { continue }
                    settled.append(
                        Self.settled(
                            job,
                            "c#\(place)",
                            UnbudgetedCallTests.settlement(using: &chance),
                            Bool.random(using: &chance) ? number : 1,
                            unknownCalls: Int.random(in: 0..<4, using: &chance) == 0 ? 1 : 0
                        )
                    )
                }
            }
        }
        return try await UnbudgetedCallTests.lines(in: scene)
    }
}

extension MoneyFixture {
    /// Writes intents in one set, or each alone.
    fileprivate func intend(
        _ calls: [(step: StepStore.Identity, call: PaidCall)],
        _ together: Bool
    ) async throws -> [StepStore.UnbudgetedIntent] {
        if together { return try await steps.intendUnbudgeted(calls) }
        var outcomes: [StepStore.UnbudgetedIntent] = []
        for call in calls { outcomes += try await steps.intendUnbudgeted([call]) }
        return outcomes
    }
}
