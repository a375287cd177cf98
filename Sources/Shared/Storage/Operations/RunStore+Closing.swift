package import JobModel
import Postgres

/// Ending a job from outside, whoever holds it.
extension RunStore {
    /// A job as people name it.
    package struct NamedJob: Equatable, Sendable {
        package let id: JobID
        package let version: VersionID
        /// How it ended; nil while it has not.
        package let state: JobState?
    }

    /// What became of a job that was to be ended.
    package enum Closing: Equatable, Sendable {
        /// It has ended by this.
        ///
        /// - Parameter resumed: The jobs of other runs that wait for the run's end, which came by it; resume them.
        case closed(queues: Set<String>, resumed: [JobID])
        /// It had failed, or was skipped or cancelled, and counts as succeeded now.
        case marked(before: JobState, hasRunEnded: Bool)
        /// It is not as it would have to be: it has succeeded already or, where only a pending one was meant, it is not
        /// pending.
        case nothing
        /// It was on its way from one room to another at each look, and has not ended; ask again.
        case moving
    }

    /// How often a job is looked for that is on its way from one room to another.
    private static let lookups = 50
    /// How far apart these looks are.
    private static let interval = Duration.milliseconds(5)

    /// Undoes what was done for a job that turned out not to be there.
    private enum Undo: Error { case isMoving, isNotThere }

    /// The job of a name; nil when the run, or the job, is not there.
    package func job(named name: String, in run: RunID) async throws -> NamedJob? {
        let found = try await pool.query(Statement.findJob, [.integer(run.rawValue), .text(name)])
        return try found.rows.first.map { row in
            NamedJob(
                id: JobID(rawValue: try row.int64("job_id")),
                version: VersionID(rawValue: try row.int64("version_id")),
                state: try row.optionalString("state") == nil ? nil : try row.word("state")
            )
        }
    }

    /// Makes a job succeeded, in whatever state it is, with this output.
    ///
    /// A worker that holds it is told, and can write nothing more about it. Of a mapped job, what is unfinished of its items is
    /// skipped; a run that it has started, or one of them, is cancelled.
    ///
    /// - Parameter note: What the audit log is told, of the state before where the job had ended.
    package func mark(
        _ job: JobID,
        of run: RunID,
        succeededWith output: StoredOutput,
        noting note: @Sendable (JobState?) -> AuditNote? = { _ in nil },
        now: String? = nil
    ) async throws -> Closing {
        let closing = try await close(job, of: run, .succeeded(output), noting: note(nil), now: now)
        guard closing == .nothing || closing == .moving else { return closing }
        let marked = try await pool.transaction { connection in
            let marked = try await Self.markEnded(job, of: run, succeededWith: output, on: connection, now: now)
            if case .marked(let before, _) = marked { try await note(before)?.add(on: connection) }
            return marked
        }
        return marked == .nothing ? closing : marked
    }

    /// The same in a transaction, for a job that has ended otherwise.
    static func markEnded(
        _ job: JobID,
        of run: RunID,
        succeededWith output: StoredOutput,
        on connection: PostgresConnection,
        now: String? = nil
    ) async throws -> Closing {
        // The run may end while this waits for it; the job is read when others can change it no more.
        let live = try await connection.query(Statement.lockLiveRuns, [.array([run.rawValue])])
        if live.rows.isEmpty {
            let over = try await connection.query(Statement.lockEndedRun, [.integer(run.rawValue)])
            // It has just been brought back to life, and the job with it.
            guard !over.rows.isEmpty else { return .nothing }
        }
        let (text, blob) = columns(output)
        let marked = try await connection.query(
            Statement.markEndedJob,
            [.integer(job.rawValue), .optional(text), .optional(blob), .optional(now)]
        )
        guard let row = marked.rows.first else { return .nothing }
        _ = try await connection.query(Statement.judgeRun, [.integer(run.rawValue), .optional(now)])
        return .marked(before: try row.word("state"), hasRunEnded: try row.bool("has_run_ended"))
    }

    /// Fails a job that has not ended, and cancels the run that it has started.
    ///
    /// - Parameters:
    ///   - whilePending: Whether to fail it only where it is pending, waiting to be claimed.
    ///   - watch: What was judged of the job, where that is why; nothing is done where it holds no more.
    package func fail(
        _ job: JobID,
        of run: RunID,
        because failure: JobFailure,
        whilePending: Bool,
        for watch: WatchStore.Expired? = nil,
        now: String? = nil
    ) async throws -> Closing {
        try await close(job, of: run, .failed(failure), onlyPending: whilePending, for: watch, now: now)
    }

    private enum End: Sendable {
        case succeeded(StoredOutput)
        case failed(JobFailure)
    }

    private static func parameters(of end: End) -> [PostgresParameter] {
        switch end {
        case .succeeded(let output):
            [.text("succeeded"), .optional(columns(output).text), .optional(columns(output).blob), .null]
        case .failed(let failure): [.text("failed"), .null, .null, .text(failure.json.text())]
        }
    }

    private static func columns(_ output: StoredOutput) -> (text: String?, blob: String?) {
        switch output {
        case .inline(let value): (value.text(), nil)
        case .blob(let blob): (nil, blob.description)
        }
    }

    private func close(
        _ job: JobID,
        of run: RunID,
        _ end: End,
        onlyPending: Bool = false,
        for watch: WatchStore.Expired? = nil,
        noting note: AuditNote? = nil,
        now: String?
    ) async throws -> Closing {
        var lookups = 0
        while true {
            do {
                let done = try await pool.transactionLockingRuns { connection in
                    let done = try await Self.close(
                        job,
                        of: run,
                        end,
                        onlyPending: onlyPending,
                        for: watch,
                        on: connection,
                        now: now
                    )
                    try await note?.add(on: connection)
                    return done
                }
                await tell(of: done)
                return .closed(queues: done.queues, resumed: done.resumed)
            } catch Undo.isNotThere {
                return .nothing
            } catch Undo.isMoving {
                // A claim is one statement: a look behind its commit finds the job.
                lookups += 1
                guard lookups < Self.lookups else { return .moving }
                try await ContinuousClock().sleep(for: Self.interval)
            }
        }
    }

    private func tell(of done: Done) async {
        // Everything is done: a worker that is not told finds out at its next write or heartbeat.
        if !done.fenced.isEmpty { try? await Notifications.sendFences(done.fenced, on: pool) }
        for child in done.cancelled { try? await Notifications.sendCancellation(of: child, on: pool) }
    }

    private struct Done: Sendable {
        var fenced: [Fence] = []
        var cancelled: [RunID] = []
        var queues: Set<String> = []
        var resumed: [JobID] = []
    }

    /// Locks leases, then the run and, below it, those that the job has started, then what waits.
    ///
    /// What the job has started ends with it: whoever is killed behind the commit leaves nothing to be done.
    private static func close(
        _ job: JobID,
        of run: RunID,
        _ end: End,
        onlyPending: Bool,
        for watch: WatchStore.Expired?,
        on connection: PostgresConnection,
        now time: String?
    ) async throws -> Done {
        var done = Done()
        let id = PostgresParameter.integer(job.rawValue)
        let now = PostgresParameter.optional(time)
        let ending = parameters(of: end)
        if !onlyPending {
            for row in try await connection.query(Statement.fenceJob, [id] + ending + [now]).rows {
                done.fenced.append(
                    Fence(
                        job: JobID(rawValue: try row.int64("job_id")),
                        epoch: LeaseEpoch(rawValue: try row.int64("epoch"))
                    )
                )
            }
        }
        _ = try await connection.query(Statement.lockLiveRuns, [.array([run.rawValue])])
        // The leases that were taken are given back with the transaction.
        if let watch, try await !WatchStore.holds(watch, on: connection, now: time) { throw Undo.isNotThere }
        done.cancelled = try await lockChildren(of: job, in: run, on: connection)
        let fenced = done.fenced.map(\.job.rawValue)
        let closed = try await connection.query(
            Statement.closeJob,
            [id] + ending + [.array(fenced), .bool(onlyPending), now]
        )
        guard let row = closed.rows.first else { throw Undo.isNotThere }
        let isMoving = try row.bool("is_moving")
        guard try row.bool("is_ended"), !isMoving else { throw isMoving && !onlyPending ? Undo.isMoving : .isNotThere }
        let tried = try fenced + row.string("tried_jobs").split(separator: ",").compactMap { Int64($0) }
        if !tried.isEmpty { _ = try await connection.query(Statement.settleOpenSteps, [.array(tried), now]) }
        let readied = try await connection.query(Statement.spreadEndings, [.array([job.rawValue]), now])
        done.queues = Set(try readied.rows.map { try $0.string("queue") })
        for row in try await connection.query(Statement.endRuns, [.array([run.rawValue]), now]).rows {
            if let parent = try row.optionalInt64("parent_job_id") { done.resumed.append(JobID(rawValue: parent)) }
        }
        for child in done.cancelled {
            let cancelled = try await cancelAlone(child, isLate: false, on: connection, now: time)
            done.queues.formUnion(cancelled?.readied ?? [])
        }
        return done
    }

    /// Locks the runs that a job, or an item of it, has started, and all below them.
    private static func lockChildren(
        of job: JobID,
        in run: RunID,
        on connection: PostgresConnection
    ) async throws -> [RunID] {
        let children = try await liveChildren(of: job, in: run, on: connection).map(\.run)
        return children.isEmpty ? [] : try await lock(children, on: connection)
    }

    /// The unfinished runs that a job, or an item of it, has started, each with the job that has.
    ///
    /// There will be no further ones while the run of the job is locked.
    static func liveChildren(
        of job: JobID,
        in run: RunID,
        on connection: PostgresConnection
    ) async throws -> [(run: RunID, startedBy: JobID)] {
        let ids: [PostgresParameter] = [.integer(job.rawValue), .integer(run.rawValue)]
        return try await connection.query(Statement.listLiveChildren, ids).rows.map {
            (RunID(rawValue: try $0.int64("run_id")), JobID(rawValue: try $0.int64("parent_job_id")))
        }
    }
}
