package import JobModel
package import Postgres

/// The queue, as a worker sees it: claim, end, release, delay.
///
/// Every write about a held job goes through its lease; where the lease is gone, nothing is written.
package struct QueueStore: Sendable {
    /// What one turn did.
    package struct Turn: Sendable {
        /// The jobs of the endings that took effect; the others' leases were lost.
        package var ended: Set<JobID> = []
        /// The jobs that became pending by it, and their queues.
        package var readied: [(job: JobID, queue: String)] = []
        /// The queues of jobs of other runs that became pending, since the runs they started have ended.
        package var resumed: [String] = []
        package var claimed: [ClaimedJob] = []
        /// The last place of what was claimed.
        package var lastPlace: QueuePlace?
    }

    let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Ends jobs, readies their dependents, ends their runs, and claims more: one round trip, one transaction.
    ///
    /// - Parameter queue: The queue to claim from.
    /// - Parameter limit: How many jobs are claimed at most; none when 0.
    /// - Parameter place: Where in the queue's order to begin; nil for its start.
    /// - Parameter params: Those that need not come again.
    package func turn(
        session: SessionID,
        ending endings: [JobEnding] = [],
        queue: String,
        limit: Int,
        from place: QueuePlace? = nil,
        knowing params: ItemParams = ItemParams(),
        now: String? = nil
    ) async throws -> Turn {
        let now = PostgresParameter.optional(now)
        var batch = endings.isEmpty ? [] : Self.statements(ending: endings, now: now)
        if limit > 0 {
            let claim = (
                Statement.claimJobs,
                [
                    PostgresParameter.integer(session.rawValue), .text(queue), .integer(limit),
                    .optional(place?.rank), .optional(place?.number), .array(params.known.map(\.run.rawValue)), now,
                ]
            )
            // What the endings make pending is often next. Where they make nothing pending, the runs are locked last.
            batch.insert(claim, at: endings.contains(where: \.isNeeded) ? batch.endIndex : 0)
        }
        guard !batch.isEmpty else { return Turn() }
        let results = try await pool.pipeline(batch)
        var turn = Turn()
        var parents: [JobID] = []
        for (step, result) in zip(batch, results) {
            switch step.0 {
            case Statement.endJobs, Statement.endItems:
                for row in result.rows { turn.ended.insert(JobID(rawValue: try row.int64("job_id"))) }
            case Statement.readyDependents, Statement.spreadEndings, Statement.followItems:
                for row in result.rows {
                    turn.readied.append((JobID(rawValue: try row.int64("job_id")), try row.string("queue")))
                }
            case Statement.endRuns:
                for row in result.rows {
                    if let job = try row.optionalInt64("parent_job_id") { parents.append(JobID(rawValue: job)) }
                }
            case Statement.claimJobs:
                turn.claimed = try Self.claimedJobs(result.rows, knowing: params)
                turn.lastPlace = try result.rows.map(Self.place).max()
            default: break
            }
        }
        // The turn is made; a job that is not resumed by this looks again by itself.
        if !parents.isEmpty { turn.resumed = (try? await resume(parents, now: nil)) ?? [] }
        // So are jobs that may be let through now.
        if endings.contains(where: \.isGated) { turn.resumed += (try? await GateStore(pool).admit()) ?? [] }
        return turn
    }

    private static func statements(
        ending endings: [JobEnding],
        now: PostgresParameter
    ) -> [(PostgresStatement, [PostgresParameter])] {
        let endings = endings.sorted { $0.job < $1.job }
        let jobs = PostgresParameter.array(endings.map(\.job.rawValue))
        let items = endings.filter { $0.parent != nil }.map(\.job.rawValue)
        let runs = PostgresParameter.array(Set(endings.map(\.run.rawValue)).sorted())
        var batch: [(PostgresStatement, [PostgresParameter])] = [
            (
                items.isEmpty ? Statement.endJobs : Statement.endItems,
                [
                    jobs,
                    .array(endings.map(\.epoch.rawValue)),
                    .array(endings.map { Optional($0.outcome.state.rawValue) }),
                    .array(endings.map(\.outputText)),
                    .array(endings.map(\.outputBlob)),
                    .array(endings.map(\.errorText)),
                    .array(endings.map(\.isNeeded)),
                    endings.allSatisfy(\.isDecisive) ? .null : .array(endings.map(\.isDecisive)),
                ] + (items.isEmpty ? [] : [.array(endings.map { $0.parent?.rawValue ?? 0 })]) + [now]
            )
        ]
        let unsuccessful = endings.filter { $0.outcome.state != .succeeded }.map(\.job.rawValue)
        if !unsuccessful.isEmpty { batch.append((Statement.settleOpenSteps, [.array(unsuccessful), now])) }
        let products = endings.flatMap { ending in ending.products.map { (ending, $0) } }
        if !products.isEmpty {
            batch.append(
                (
                    Statement.addProducts,
                    [
                        .array(products.map(\.0.job.rawValue)), .array(products.map(\.0.epoch.rawValue)),
                        .array(products.map { Optional($0.1.name) }), .array(products.map(\.1.key)),
                        .array(products.map { Optional($0.1.data.text()) }), now,
                    ]
                )
            )
        }
        let needed = endings.filter(\.isNeeded)
        if !needed.isEmpty {
            let jobs = PostgresParameter.array(needed.map(\.job.rawValue))
            // Success alone skips nothing, where nothing but success is needed.
            let isPlain = needed.allSatisfy { $0.outcome.state == .succeeded && !$0.isJudged }
            batch.append(
                isPlain ? (Statement.readyDependents, [jobs, now, runs]) : (Statement.spreadEndings, [jobs, now])
            )
        }
        if !items.isEmpty { batch.append((Statement.followItems, [.array(items), now])) }
        batch.append((Statement.endRuns, [runs, now]))
        return batch
    }

    private static func place(_ row: PostgresRow) throws -> QueuePlace {
        QueuePlace(rank: try row.int("rank"), number: try row.int64("place"))
    }

    private static func claimedJobs(_ rows: PostgresRows, knowing known: ItemParams) throws -> [ClaimedJob] {
        var params: [Int64: Result<JSONObject, any Error>] = [:]
        for known in known.known { params[known.run.rawValue] = .success(known.params) }
        for row in rows {
            let run = try row.int64("run_id")
            guard try params[run] == nil && row.optionalString("params") != nil else { continue }
            params[run] = Result { () throws -> JSONObject in try row.json("params").objectValue ?? [:] }
        }
        return try rows.map { row in
            guard let shared = try params[row.int64("run_id")] else {
                throw PostgresError.badValue(column: "params", expected: "the params of a run that is not known")
            }
            return try claimedJob(row, params: shared)
        }.sorted { $0.id < $1.id }
    }

    /// A job whose params or item cannot be read says so: the others of its claim are not to suffer for it.
    private static func claimedJob(_ row: PostgresRow, params: Result<JSONObject, any Error>) throws -> ClaimedJob {
        var params = params
        var item: ClaimedJob.Item?
        if let parent = try row.optionalInt64("parent_job_id") {
            let value = Result { try row.json("item") }
            if case .failure(let error) = value { params = .failure(error) }
            item = ClaimedJob.Item(
                parent: JobID(rawValue: parent),
                index: try row.int("item_index"),
                value: (try? value.get()) ?? .null
            )
        }
        var unreadable: String?
        if case .failure(let error) = params { unreadable = "\(error)" }
        return ClaimedJob(
            id: JobID(rawValue: try row.int64("job_id")),
            run: RunID(rawValue: try row.int64("run_id")),
            version: VersionID(rawValue: try row.int64("version_id")),
            name: try row.string("name"),
            kind: try row.string("kind"),
            isNeeded: try row.bool("is_needed"),
            isJudged: try row.bool("is_judged"),
            isDecisive: try row.bool("is_decisive"),
            isGated: try row.bool("is_gated"),
            // What is the matter stands in `unreadable`.
            params: (try? params.get()) ?? [:],
            unreadable: unreadable,
            attempt: try row.int("attempt"),
            epoch: LeaseEpoch(rawValue: try row.int64("epoch")),
            failures: try row.int("failures"),
            losses: try row.int("losses"),
            isCancelled: try row.bool("is_cancelled"),
            isFork: try row.bool("is_fork"),
            item: item
        )
    }

    /// Gives a job back unharmed; no attempt is spent.
    ///
    /// - Returns: The job's queue, or nil when the lease was lost before.
    package func release(_ job: JobID, epoch: LeaseEpoch, now: String? = nil) async throws -> String? {
        let result = try await pool.query(
            Statement.releaseJobs,
            [.array([job.rawValue]), .array([epoch.rawValue]), .optional(now)]
        )
        return try result.rows.first?.string("queue")
    }

    /// Gives back what a session holds without its worker's knowing: jobs of a claim whose answer was lost.
    ///
    /// - Parameter known: The jobs the worker knows it holds; no claim of its may be under way.
    /// - Returns: The queue of each job that was given back.
    package func releaseStrays(of session: SessionID, known: [JobID], now: String? = nil) async throws -> [String] {
        let strays = try await pool.query(
            Statement.findStrayLeases,
            [.integer(session.rawValue), .array(known.map(\.rawValue))]
        )
        guard !strays.rows.isEmpty else { return [] }
        let released = try await pool.query(
            Statement.releaseJobs,
            [
                .array(try strays.rows.map { try $0.int64("job_id") }),
                .array(try strays.rows.map { try $0.int64("epoch") }), .optional(now),
            ]
        )
        return try released.rows.map { try $0.string("queue") }
    }

    /// Notes that an attempt failed and sets the job aside for `delay`.
    ///
    /// - Returns: False when the lease was lost before.
    package func delay(
        _ job: JobID,
        epoch: LeaseEpoch,
        for delay: Duration,
        failure: JobFailure,
        now: String? = nil
    ) async throws -> Bool {
        let result = try await pool.query(
            Statement.delayJob,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .integer(delay.wholeMicroseconds),
                .json(failure.json.text()), .optional(now),
            ]
        )
        return !result.rows.isEmpty
    }

    /// Makes delayed and suspended jobs pending whose time has come, at most `limit` of them.
    ///
    /// - Returns: The queues that got pending jobs, once for each job.
    package func readyDueJobs(limit: Int = 1000, now: String? = nil) async throws -> [String] {
        let result = try await pool.query(Statement.readyDueJobs, [.integer(limit), .optional(now)])
        return try result.rows.map { try $0.string("queue") }
    }

    /// Raises jobs to the highest priority that is pending in their queue, when they have been pending for long.
    ///
    /// What stands behind live work stays behind it, and is raised to the highest priority there.
    ///
    /// - Parameter limit: How many of each priority are looked at, at most.
    /// - Returns: How many were raised.
    package func age(after age: Duration, limit: Int = 1000, now: String? = nil) async throws -> Int {
        let result = try await pool.query(
            Statement.ageJobs,
            [
                .integer(age.wholeMicroseconds), .integer(limit),
                .integer(Int(RunStore.Submission.leastLivePriority)), .optional(now),
            ]
        )
        return try result.rows.first?.int("raised") ?? 0
    }

    /// The queues that have pending jobs, those of jobs that ask for labels included.
    package func pendingQueues() async throws -> [String] {
        try await pool.query(Statement.listPendingQueues).rows.map { try $0.string("queue") }
    }

    /// How long until the next delayed or suspended job is due; nil when none is due at any time.
    package func nextDue(now: String? = nil) async throws -> Duration? {
        let result = try await pool.query(Statement.nextDue, [.optional(now)])
        return try result.rows.first?.optionalInt64("wait_us").map { .microseconds($0) }
    }
}
