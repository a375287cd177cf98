package import JobModel
package import Postgres

/// Calls that wait for batches, and the batches themselves.
///
/// A job's handler adds its call and reads what became of it. Workers make batches of the calls, take one in hand at a
/// time, and put it down again; what one writes about a batch that another has in hand by now is not written.
package struct BatchStore: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    // MARK: Of a job

    /// Has a call wait for a batch; its intent stands already.
    ///
    /// - Throws: `StorageError.leaseLost` when the job is no longer held; nothing was written.
    package func add(
        _ step: StepStore.Identity,
        connection: String,
        model: String,
        request: StoredBlob
    ) async throws {
        let result = try await pool.query(
            Statement.addBatchedCall,
            [
                .integer(step.job.rawValue), .integer(step.epoch.rawValue), .text(step.position),
                .bytes(step.fingerprint), .text(connection), .text(model), .text(request.description),
                .integer(request.byteCount), .null,
            ]
        )
        guard !result.rows.isEmpty else { throw StorageError.leaseLost(step.job, step.epoch) }
    }

    /// The calls of a job that were given to batches and are not settled.
    package func calls(of job: JobID) async throws -> [BatchedCall] {
        try await pool.query(Statement.readBatchedCalls, [.integer(job.rawValue)]).rows.map(BatchedCall.init(row:))
    }

    /// Forgets a call, once its step is settled; not when the lease is lost.
    package func forget(_ call: BatchedCall, of job: JobID, epoch: LeaseEpoch) async throws {
        _ = try await pool.query(
            Statement.forgetBatchedCall,
            [.integer(job.rawValue), .integer(epoch.rawValue), .integer(call.id)]
        )
    }

    // MARK: Of a worker

    /// Makes a batch of calls that have waited long enough for others.
    ///
    /// - Returns: Whether there was one.
    package func make(
        of connection: String,
        after wait: Duration,
        calls: Int,
        bytes: Int,
        now: String? = nil
    ) async throws -> Bool {
        try await !pool.query(
            Statement.makeBatch,
            [.text(connection), .integer(wait.wholeMicroseconds), .integer(calls), .integer(bytes), .optional(now)]
        ).rows.isEmpty
    }

    /// Takes a batch in hand that is due; nil when there is none.
    package func take(of connection: String, by session: SessionID, now: String? = nil) async throws -> TakenBatch? {
        try await pool.query(
            Statement.takeBatch,
            [.text(connection), .integer(session.rawValue), .optional(now)]
        ).rows.first.map(TakenBatch.init(row:))
    }

    /// The calls of a batch that have no outcome yet.
    package func calls(in batch: TakenBatch) async throws -> [TakenBatch.Call] {
        try await pool.query(Statement.readBatch, [.integer(batch.id)]).rows.map { row in
            TakenBatch.Call(
                key: try row.string("key"),
                job: JobID(rawValue: try row.int64("job_id")),
                request: try row.blob("request")
            )
        }
    }

    /// What the provider of a connection calls the batches that are known to be sent.
    package func sent(of connection: String) async throws -> Set<String> {
        Set(
            try await pool.query(Statement.readSentBatches, [.text(connection)]).rows.map {
                try $0.string("provider_id")
            }
        )
    }

    /// Notes that a batch is about to be sent.
    ///
    /// - Returns: False when another worker has it in hand; it must not be sent.
    package func willTry(_ batch: TakenBatch, now: String? = nil) async throws -> Bool {
        try await !pool.query(
            Statement.tryBatch,
            [.integer(batch.id), .integer(batch.turn), .optional(now)]
        ).rows.isEmpty
    }

    /// Gives a batch out of hand; nothing is noted when another worker has it by now.
    package func putDown(_ batch: TakenBatch, _ finding: TakenBatch.Finding, now: String? = nil) async throws {
        _ = try await pool.query(
            Statement.putBatchDown,
            [
                .integer(batch.id), .integer(batch.turn), .optional(finding.providerID), .bool(finding.isCancelled),
                .bool(finding.wasRefused), .integer(finding.wait.wholeMicroseconds), .text(finding.detail.withoutNull),
                .optional(now),
            ]
        )
    }

    /// Ends a batch, notes what became of its calls, and resumes their jobs.
    ///
    /// - Returns: The queues that have pending jobs by it; notify them.
    package func end(
        _ batch: TakenBatch,
        with outcomes: [(call: TakenBatch.Call, outcome: TakenBatch.Outcome)],
        detail: String
    ) async throws -> [String] {
        let rows = outcomes.map { ($0.call.key, Columns($0.outcome)) }
        let resumption = QueueStore.resumption(of: outcomes.map(\.call.job))
        let ending: (PostgresStatement, [PostgresParameter]) = (
            Statement.endBatch,
            [
                .integer(batch.id), .integer(batch.turn), .array(rows.map(\.0)), .array(rows.map(\.1.state)),
                .array(rows.map(\.1.answer)), .array(rows.map(\.1.error)), .text(detail.withoutNull),
            ]
        )
        let results = try await pool.pipeline([resumption[0], ending, resumption[1]])
        return try results[2].rows.map { try $0.string("queue") }
    }

    /// Takes calls out of a batch that was not sent, since they come to nothing, and resumes their jobs.
    ///
    /// - Returns: The queues that have pending jobs by it; notify them.
    package func fail(
        _ calls: [TakenBatch.Call],
        of batch: TakenBatch,
        as failure: JobFailure
    ) async throws -> [String] {
        let resumption = QueueStore.resumption(of: calls.map(\.job))
        let failing: (PostgresStatement, [PostgresParameter]) = (
            Statement.failBatchedCalls,
            [
                .integer(batch.id), .integer(batch.turn), .array(calls.map(\.key)),
                .optional(Columns(.failed(failure)).error),
            ]
        )
        let results = try await pool.pipeline([resumption[0], failing, resumption[1]])
        return try results[2].rows.map { try $0.string("queue") }
    }

    /// A call whose job has ended without it.
    package struct LeftCall: Sendable {
        package let id: Int64
        package let state: BatchedCall.State
        package let answer: StoredBlob?
        package let price: ModelPrice?
        package let reserved: MicroDollars
    }

    /// Calls whose jobs have ended without them, and of which nothing more will become known.
    package func leftCalls(of connection: String, limit: Int) async throws -> [LeftCall] {
        try await pool.query(Statement.readLeftCalls, [.text(connection), .integer(limit)]).rows.map { row in
            LeftCall(
                id: try row.int64("call_id"),
                state: try row.word("state"),
                answer: try row.optionalBlob("answer"),
                price: try row.optionalJSON("price").flatMap(ModelPrice.init(json:)),
                reserved: try row.money("reserved_micro_usd")
            )
        }
    }

    /// Settles the intent of such a call, and forgets it.
    package func settle(_ call: LeftCall, as settlement: StepStore.Settlement) async throws {
        var (outcome, usage, cost) = ("unknown", JSONValue?.none, MicroDollars?.none)
        switch settlement {
        case .recorded(let counted, let paid): (outcome, usage, cost) = ("settled", counted, paid)
        case .failed: outcome = "cancelled"
        case .unknown: break
        }
        _ = try await pool.query(
            Statement.settleLeftCall,
            [
                .integer(call.id), .text(outcome), .optional(usage?.text()), .optional(cost?.rawValue), .null,
            ]
        )
    }

    /// How an outcome stands in a row.
    private struct Columns {
        var state = "answered"
        var answer: String?
        var error: String?

        private static func json(_ failure: JobFailure) -> String {
            guard case .object(var members) = failure.json else { return "{}" }
            if failure.isPermanent { members["permanent"] = true }
            return JSONValue.object(members).text()
        }

        init(_ outcome: TakenBatch.Outcome) {
            switch outcome {
            case .answered(let blob): answer = blob.description
            case .failed(let failure): (state, error) = ("failed", Self.json(failure))
            case .unknown(let failure): (state, error) = ("unknown", Self.json(failure))
            }
        }
    }
}

extension TakenBatch {
    /// A row of `take_batch`.
    fileprivate init(row: PostgresRow) throws {
        self.init(
            id: try row.int64("batch_id"),
            turn: try row.int64("turn"),
            key: try row.string("key"),
            model: try row.string("model"),
            providerID: try row.optionalString("provider_id"),
            isAbandoned: try row.bool("is_abandoned"),
            isCancelled: try row.bool("is_cancelled"),
            madeAt: try row.int64("made_us"),
            sinceTry: try row.optionalInt64("since_try_us").map { .microseconds($0) },
            sinceSent: try row.optionalInt64("since_sent_us").map { .microseconds($0) }
        )
    }
}

extension BatchedCall {
    /// A row of `read_batched_calls`.
    fileprivate init(row: PostgresRow) throws {
        let error = try row.optionalJSON("error")
        self.init(
            id: try row.int64("call_id"),
            epoch: LeaseEpoch(rawValue: try row.int64("epoch")),
            position: try row.string("position"),
            fingerprint: try row.string("fingerprint"),
            connection: try row.string("connection"),
            model: try row.string("model"),
            state: try row.word("state"),
            answer: try row.optionalBlob("answer"),
            error: error.map { error in
                JobFailure(
                    code: error["code"]?.stringValue ?? "model",
                    message: error["message"]?.stringValue ?? "",
                    isPermanent: error["permanent"]?.boolValue ?? false
                )
            },
            providerID: try row.optionalString("provider_id"),
            detail: try row.optionalString("detail"),
            price: try row.optionalJSON("price").flatMap(ModelPrice.init(json:)),
            reserved: MicroDollars(rawValue: try row.optionalInt64("reserved_micro_usd") ?? 0)
        )
    }
}

extension PostgresRow {
    fileprivate func blob(_ column: String) throws -> StoredBlob {
        guard let blob = try optionalBlob(column) else {
            throw PostgresError.badValue(column: column, expected: "DIGEST:LENGTH")
        }
        return blob
    }

    fileprivate func optionalBlob(_ column: String) throws -> StoredBlob? {
        guard let text = try optionalString(column) else { return nil }
        guard let blob = StoredBlob(text) else {
            throw PostgresError.badValue(column: column, expected: "DIGEST:LENGTH")
        }
        return blob
    }
}
