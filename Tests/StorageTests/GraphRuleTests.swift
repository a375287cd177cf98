import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What becomes of jobs by how those ended that they need.
@Suite struct GraphRuleTests {
    private static let failure = JobEnding.Outcome.failed(JobFailure(code: "x", message: "y"))

    /// Graphs by chance whose jobs several sessions end in an order by chance come to what the model says.
    ///
    /// It takes seconds: a run goes through Postgres for each of many seeds.
    @Test func graphsByChanceEndAsTheModelSays() async throws {
        let fixture = try await QueueFixture.make()
        var sessions = [fixture.session]
        for number in 2...3 {
            sessions.append(
                try await fixture.pool.withConnection { try await QueueFixture.begin("w\(number)", on: $0) }
            )
        }
        var expected: [RunID: (seed: UInt64, model: GraphModel)] = [:]
        for seed in UInt64(1)...150 {
            let model = GraphModel(seed: seed)
            let run = try await fixture.runs.submit(
                .init(workflow: "w", source: "source", jobs: model.submitted)
            ).run
            expected[run] = (seed, model)
        }
        let models = expected
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, session) in sessions.enumerated() {
                group.addTask { try await Self.drain(models, session, seed: UInt64(number + 1), fixture) }
            }
            try await group.waitForAll()
        }
        // What one session made pending while the others had given up.
        try await Self.drain(models, fixture.session, seed: 9, fixture)
        for (run, (seed, model)) in expected {
            let ending = model.ending
            #expect(try await fixture.states(of: run) == ending.jobs, "seed \(seed)")
            #expect(try await fixture.ending(of: run) == ending.run, "seed \(seed)")
        }
        let left = try await fixture.pool.query("SELECT count(*) AS left FROM chassis.live_run").rows
        #expect(try left.first?.int("left") == 0)
    }

    private static func drain(
        _ models: [RunID: (seed: UInt64, model: GraphModel)],
        _ session: SessionID,
        seed: UInt64,
        _ fixture: QueueFixture
    ) async throws {
        var random = SeededGenerator(seed: seed)
        var held: [ClaimedJob] = []
        var idle = 0
        while idle < 20 || !held.isEmpty {
            held.shuffle(using: &random)
            let ending = Array(held.prefix(Int.random(in: 0...5, using: &random)))
            held.removeFirst(ending.count)
            let turn = try await fixture.queue.turn(
                session: session,
                ending: ending.map { job in
                    JobEnding(of: job, models[job.run]?.model.outcome(of: job.name) ?? .cancelled)
                },
                queue: "default",
                limit: Int.random(in: 1...8, using: &random)
            )
            #expect(turn.ended.count == ending.count)
            held += turn.claimed
            idle = turn.claimed.isEmpty && ending.isEmpty ? idle + 1 : 0
        }
    }

    /// The function in the database and the one in Swift are the same.
    @Test(arguments: NeedsRule.allCases) func theDatabaseKnowsTheSameRules(_ rule: NeedsRule) async throws {
        let fixture = try await QueueFixture.make()
        let rows = try await fixture.pool.query(
            """
            SELECT missing, succeeded, failed, skipped,
                   chassis.verdict(nullif($1::text, 'all_succeeded'), missing, succeeded, failed, skipped, 0) AS verdict
            FROM generate_series(0, 2) AS missing, generate_series(0, 2) AS succeeded,
                 generate_series(0, 2) AS failed, generate_series(0, 2) AS skipped
            """,
            [.text(rule.rawValue)]
        ).rows
        #expect(rows.count == 81)
        for row in rows {
            let counts = NeedsRule.Counts(
                missing: try row.int("missing"),
                succeeded: try row.int("succeeded"),
                failed: try row.int("failed"),
                skipped: try row.int("skipped")
            )
            let found: NeedsRule.Verdict =
                switch try row.optionalBool("verdict") {
                case true?: .run
                case false?: .skip
                case nil: .wait
                }
            #expect(rule.verdict(counts) == found, "\(rule) \(counts)")
        }
    }

    private func submit(_ jobs: [RunStore.NewJob], _ fixture: QueueFixture) async throws -> RunID {
        try await fixture.runs.submit(.init(workflow: "w", source: "source", jobs: jobs)).run
    }

    @Test func aJobThatAlwaysRunsOutlivesACancellation() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(
            [
                .init(name: "setup", kind: "llm"), .init(name: "work", kind: "llm", needs: ["setup"]),
                .init(name: "later", kind: "llm", needs: ["work"]),
                .init(
                    name: "down",
                    kind: "llm",
                    needs: ["setup", "work", "later"],
                    rule: "always",
                    isDecisive: false
                ),
            ],
            fixture
        )
        _ = try await fixture.end(fixture.claim())
        let work = try await fixture.claim()
        #expect(work.map(\.name) == ["work"])
        #expect(try await fixture.runs.cancel(run)?.running == 1)
        #expect(try await fixture.states(of: run)["down"] == "blocked")
        #expect(try await fixture.end(work, .cancelled).readied.count == 1)
        let down = try await fixture.claim()
        #expect(down.map(\.name) == ["down"])
        #expect(down.map(\.isCancelled) == [false])
        _ = try await fixture.end(down, Self.failure)
        #expect(
            try await fixture.states(of: run)
                == ["setup": "succeeded", "work": "cancelled", "later": "cancelled", "down": "failed"]
        )
        #expect(try await fixture.ending(of: run) == "cancelled")
    }

    @Test func aCancellationReadiesWhatAlwaysRuns() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(
            [.init(name: "a", kind: "llm"), .init(name: "down", kind: "llm", needs: ["a"], rule: "always")],
            fixture
        )
        let cancellation = try #require(try await fixture.runs.cancel(run))
        #expect(cancellation.readied == ["default"])
        #expect(try await fixture.claim().map(\.name) == ["down"])
    }

    @Test func aFailureThatIsAllowedFailsNoRun() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(
            [.init(name: "a", kind: "llm", isDecisive: false), .init(name: "b", kind: "llm", needs: ["a"])],
            fixture
        )
        _ = try await fixture.end(fixture.claim(), Self.failure)
        #expect(try await fixture.states(of: run) == ["a": "failed", "b": "skipped"])
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    /// A retry judges rules anew: what ran because of the failure stays, what was skipped because of it may run.
    @Test func aRetryJudgesRulesAnew() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(
            [
                .init(name: "a", kind: "llm"), .init(name: "b", kind: "llm"),
                .init(name: "all", kind: "llm", needs: ["a", "b"], rule: "none_failed"),
                .init(name: "mend", kind: "llm", needs: ["b"], rule: "any_failed"),
                .init(name: "bad", kind: "llm", needs: ["a", "b"], rule: "on_failure"),
                .init(name: "good", kind: "llm", needs: ["a", "b"], rule: "on_success"),
            ],
            fixture
        )
        let first = try await fixture.claim()
        _ = try await fixture.end([first[0]], Self.failure)
        _ = try await fixture.end([first[1]])
        _ = try await fixture.end(fixture.claim())
        let failed = [
            "a": "failed", "b": "succeeded", "all": "skipped", "mend": "skipped", "bad": "succeeded", "good": "skipped",
        ]
        #expect(try await fixture.states(of: run) == failed)
        #expect(try await fixture.runs.retry(run, repeatingUnknown: false) == ["default"])
        #expect(
            try await fixture.states(of: run) == [
                "a": "pending", "b": "succeeded", "all": "blocked", "mend": "skipped", "bad": "succeeded",
                "good": "blocked",
            ]
        )
        _ = try await fixture.end(fixture.claim())
        #expect(Set(try await fixture.claim().map(\.name)) == ["all", "good"])
    }

    /// A job that lost its workers is counted in the jobs that have a rule about it.
    @Test func aPoisonedJobIsAFailureForRules() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await submit(
            [.init(name: "a", kind: "llm"), .init(name: "mend", kind: "llm", needs: ["a"], rule: "any_failed")],
            fixture
        )
        _ = try await fixture.claim()
        let rescued = try await fixture.pool.withConnection { connection in
            try await connection.execute("UPDATE chassis.session SET ended_at = now(), end_reason = 'finished'")
            return try await fixture.sessions.rescue(poisonLimit: 1, on: connection)
        }
        #expect(rescued.map(\.readied) == [["default"]])
        #expect(try await fixture.states(of: run) == ["a": "failed", "mend": "pending"])
    }

    /// The work of a long chain and a wide fan grows with the needs: rows are counted, not time.
    @Test(arguments: [10, 200]) func walksEachNeedOnce(_ count: Int) async throws {
        let fixture = try await QueueFixture.make()
        let chain = (0..<count).map {
            RunStore.NewJob(name: "c\($0)", kind: "llm", needs: $0 == 0 ? [] : ["c\($0 - 1)"])
        }
        let fan = (0..<count).map { RunStore.NewJob(name: "f\($0)", kind: "llm", needs: ["c0"]) }
        let run = try await submit(
            chain + fan + [.init(name: "last", kind: "llm", needs: fan.map(\.name), rule: "all_done")],
            fixture
        )
        let before = try await Self.needsRead(fixture)
        _ = try await fixture.end(fixture.claim(), Self.failure)
        let read = try await Self.needsRead(fixture) - before
        #expect(try await fixture.states(of: run)["c\(count - 1)"] == "skipped")
        #expect(try await fixture.states(of: run)["last"] == "pending")
        let edges = 3 * count - 1
        #expect(read >= edges)
        #expect(read <= 8 * edges + 50, "\(read) needs were read for \(edges)")
    }

    /// How many entries of the needs' indexes were read so far.
    private static func needsRead(_ fixture: QueueFixture) async throws -> Int {
        try await fixture.pool.withConnection { connection in
            try await connection.execute("SELECT pg_stat_clear_snapshot()")
            try await connection.execute("SELECT pg_stat_force_next_flush()")
            let rows = try await connection.query(
                "SELECT sum(idx_tup_read)::bigint AS read FROM pg_stat_user_indexes WHERE relname = 'need'"
            ).rows
            return try rows.first?.int("read") ?? 0
        }
    }
}
