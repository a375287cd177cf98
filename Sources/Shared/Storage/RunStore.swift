import Digests
package import JobModel
package import Postgres

/// Starts, cancels and retries runs.
package struct RunStore: Sendable {
    let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Starts a run, whole or not at all.
    ///
    /// - Parameter notifier: Tells the workers of its pending jobs; nil when nobody is to be told.
    package func submit(
        _ submission: Submission,
        telling notifier: ReadyNotifier? = nil,
        now: String? = nil
    ) async throws -> Receipt {
        if !submission.isHeld, !submission.isWatched, submission.start == nil {
            if let receipt = try await submitAndTell(submission, notifier, now: now) { return receipt }
            if let receipt = try await Self.submitPlain(submission, now: now, { try await pool.pipeline($0) }) {
                if receipt.isNew { notifier?.notify(submission.firstQueues) }
                return receipt
            }
        }
        let receipt = try await pool.transaction { try await Self.submit(submission, on: $0, now: now) }
        // Else it is looked at soon.
        _ = try? await GateStore(pool).admit(now: now)
        if receipt.isNew { notifier?.notify(submission.firstQueues) }
        return receipt
    }

    /// Starts a run and tells the workers in one round trip.
    ///
    /// - Returns: Nil when it takes more than the one statement, or a message was sent a moment ago.
    private func submitAndTell(
        _ submission: Submission,
        _ notifier: ReadyNotifier?,
        now: String?
    ) async throws -> Receipt? {
        guard let message = notifier?.message(submission.firstQueues) else { return nil }
        let (statement, parameters) = Self.insertion(of: submission, now: now)
        let result = try await pool.query(statement, parameters, behind: message)
        return try result.rows.first.map { Receipt(run: RunID(rawValue: try $0.int64("run_id")), isNew: true) }
    }

    /// Starts a run within a transaction of the caller's; what has gates is looked at soon after its commit.
    static func submit(
        _ submission: Submission,
        on connection: PostgresConnection,
        now: String?
    ) async throws -> Receipt {
        if let rule = submission.start {
            return try await submitOnce(submission, rule, on: connection, now: now)
        }
        let send: (Batch) async throws -> [PostgresResult] = { try await connection.pipeline($0) }
        let plain = submission.isHeld ? nil : try await submitPlain(submission, now: now, send)
        let receipt = if let plain { plain } else { try await submitHeld(submission, on: connection, now: now) }
        if receipt.isNew { try await watch(receipt.run, submission, on: connection, now: now) }
        return receipt
    }

    /// Starts a run none of whose jobs has a gate.
    ///
    /// - Returns: Nil when its jobs have to be held all the same: the workflow is paused, or the team has a weight.
    private static func submitPlain(
        _ submission: Submission,
        now: String?,
        _ send: (Batch) async throws -> [PostgresResult]
    ) async throws -> Receipt? {
        let insertion = insertion(of: submission, now: now)
        if let run = try await insert(insertion, send) { return Receipt(run: run, isNew: true) }
        // Its version is new, or its idempotency key is not.
        if let run = try await earlierRun(of: submission, send) { return Receipt(run: run, isNew: false) }
        _ = try await send(addition(of: submission, now: now))
        if let run = try await insert(insertion, send) { return Receipt(run: run, isNew: true) }
        return try await earlierRun(of: submission, send).map { Receipt(run: $0, isNew: false) }
    }

    /// Adds the version of a submission, where it is new.
    static func addition(of submission: Submission, now: String?) -> Batch {
        let name = PostgresParameter.text(submission.workflow)
        let digest = PostgresParameter.bytes(SHA256.digest(of: submission.source.utf8).bytes)
        return [
            (Statement.addWorkflow, [name, .optional(now)]),
            (Statement.addWorkflowVersion, [name, .text(submission.source), digest, .optional(now)]),
        ] + naming(submission.namedVersions, in: name, digest)
    }

    /// Notes which versions of other workflows a version names; nothing where it names none.
    static func naming(_ versions: [VersionName], in name: PostgresParameter, _ digest: PostgresParameter) -> Batch {
        guard !versions.isEmpty else { return [] }
        let named: [PostgresParameter] = [
            .array(versions.map(\.workflow)), .array(versions.map { Int64($0.number) }),
        ]
        return [(Statement.noteNamedVersions, [name, digest] + named)]
    }

    private static func insert(
        _ insertion: Batch.Element,
        _ send: (Batch) async throws -> [PostgresResult]
    ) async throws -> RunID? {
        let results = try await send([insertion])
        return try results[0].rows.first.map { RunID(rawValue: try $0.int64("run_id")) }
    }

    /// The run that the submission's idempotency key names.
    ///
    /// - Throws: `StorageError.idempotencyKeyUsed` where it is one of another workflow.
    static func earlierRun(
        of submission: Submission,
        _ send: (Batch) async throws -> [PostgresResult]
    ) async throws -> RunID? {
        guard let key = submission.idempotencyKey else { return nil }
        let found = try await send([(Statement.findRunByKey, [.text(submission.team), .text(key)])])
        guard let row = found[0].rows.first else { return nil }
        let run = RunID(rawValue: try row.int64("run_id"))
        let workflow = try row.string("workflow")
        guard workflow == submission.workflow else {
            throw StorageError.idempotencyKeyUsed(key: key, by: "run \(run) of the workflow \(workflow)")
        }
        return run
    }

    /// The file of a version.
    ///
    /// - Throws: `StorageError.versionMissing`.
    package func version(_ id: VersionID) async throws -> Version {
        try await pool.withConnection { try await Self.version(id, on: $0) }
    }

    /// The file of a version, read within a transaction of the caller's.
    ///
    /// - Throws: `StorageError.versionMissing`.
    package static func version(_ id: VersionID, on connection: PostgresConnection) async throws -> Version {
        let rows = try await connection.query(Statement.readWorkflowVersion, [.integer(id.rawValue)]).rows
        guard let row = rows.first else { throw StorageError.versionMissing(id) }
        return Version(
            workflow: try row.string("name"),
            number: try row.int("number"),
            source: try row.string("source")
        )
    }

    /// Cancels a run: what no worker holds ends now, the rest is ended by the workers, who are told.
    ///
    /// - Parameters:
    ///   - isLate: Whether it is cancelled for its deadline: then it ends as failed.
    ///   - watch: What was judged of the run, where that is why; nothing is done where it holds no more.
    /// - Returns: Nil when the run has ended already or is not there.
    package func cancel(
        _ run: RunID,
        isLate: Bool = false,
        for watch: WatchStore.Expired? = nil,
        noting note: AuditNote? = nil,
        now: String? = nil
    ) async throws -> Cancellation? {
        let done = try await pool.transactionLockingRuns { connection in
            let done = try await Self.cancel(run, isLate: isLate, for: watch, on: connection, now: now)
            if done != nil { try await note?.add(on: connection) }
            return done
        }
        await tell(of: done?.runs ?? [])
        return done?.cancellation
    }

    /// The same in a transaction of the caller's.
    ///
    /// - Returns: Also the run and those that descend from it; tell of them once the transaction is committed.
    package static func cancel(
        _ run: RunID,
        isLate: Bool = false,
        for watch: WatchStore.Expired? = nil,
        on connection: PostgresConnection,
        now: String? = nil
    ) async throws -> (cancellation: Cancellation, runs: [RunID])? {
        let runs = try await lock([run], on: connection)
        if let watch, try await !WatchStore.holds(watch, on: connection, now: now) { return nil }
        var first: Cancellation?
        var readied: Set<String> = []
        for (place, member) in runs.enumerated() {
            let done = try await cancelAlone(member, isLate: isLate && place == 0, on: connection, now: now)
            guard let done else {
                // One that has ended cancels nothing: a run below it was asked to go on by itself.
                if place == 0 { return nil }
                continue
            }
            readied.formUnion(done.readied)
            if place == 0 { first = done }
        }
        guard var first else { return nil }
        first.readied = readied
        return (first, runs)
    }

    /// Tells the workers of runs that were cancelled.
    package func tell(of runs: [RunID]) async {
        // Also when none runs: one may just have been claimed. A worker that is not told finds out at its next heartbeat.
        for run in runs { try? await Notifications.sendCancellation(of: run, on: pool) }
    }

    /// Cancels a run that is locked, and none of those that descend from it.
    static func cancelAlone(
        _ run: RunID,
        isLate: Bool,
        on connection: PostgresConnection,
        now: String?
    ) async throws -> Cancellation? {
        if isLate { _ = try await connection.query(Statement.failLateRun, [.integer(run.rawValue)]) }
        let result = try await connection.query(Statement.cancelRun, [.integer(run.rawValue), .optional(now)])
        guard let row = result.rows.first else { return nil }
        let tried = try row.string("tried_jobs").split(separator: ",").compactMap { Int64($0) }
        if !tried.isEmpty {
            _ = try await connection.query(Statement.settleOpenSteps, [.array(tried), .optional(now)])
        }
        _ = try await connection.query(
            Statement.countCancelledJobs,
            [.integer(run.rawValue), .integer(try row.int64("ended"))]
        )
        let readied = try await connection.query(Statement.judgeRun, [.integer(run.rawValue), .optional(now)])
        _ = try await connection.query(Statement.endRuns, [.array([run.rawValue]), .optional(now)])
        return Cancellation(
            running: try row.int("running"),
            readied: Set(try readied.rows.map { try $0.string("queue") })
        )
    }

    /// How a job of a run ended.
    package struct JobResult: Equatable, Sendable {
        package let name: String
        package let state: JobState
        /// Whether a worker has held it.
        package let hasBegun: Bool
        /// What a job left that succeeded.
        package let output: StoredOutput?
    }

    /// How jobs of a run ended, those of them that have.
    ///
    /// - Parameter names: The jobs to read; nil for all.
    package func endings(of run: RunID, named names: [String]? = nil) async throws -> [JobResult] {
        let rows = try await pool.query(
            Statement.readOutputs,
            [.integer(run.rawValue), names.map { .array($0) } ?? .null]
        ).rows
        return try rows.map { row in
            let state: JobState = try row.word("state")
            return JobResult(
                name: try row.string("name"),
                state: state,
                hasBegun: try row.bool("has_begun"),
                output: state == .succeeded ? try Self.output(row) : nil
            )
        }
    }

    private static func output(_ row: PostgresRow) throws -> StoredOutput {
        if let blob = try row.optionalString("output_blob").flatMap(StoredBlob.init) { return .blob(blob) }
        return .inline(try row.optionalString("output").map { try JSONValue(parsing: $0) } ?? .null)
    }

    /// The outputs of the jobs of a run that succeeded, by name.
    package func outputs(of run: RunID) async throws -> [String: StoredOutput] {
        try await endings(of: run).reduce(into: [:]) { $0[$1.name] = $1.output }
    }
}
