package import JobModel
import Postgres

/// The intents of steps that cost money.
extension StepStore {
    /// Writes the intent of a paid call and reserves its money, when it fits in every budget that it counts in.
    ///
    /// Saying it again before it is settled changes nothing.
    ///
    /// - Throws: `StorageError.leaseLost` when the job is no longer held; nothing was written.
    package func intend(_ step: Identity, _ call: PaidCall, now: String? = nil) async throws -> CallVerdict {
        try await intend([(step, call)], now: now)[0]
    }

    /// Writes the intents of paid calls and reserves their money, one after the other, all in one transaction.
    ///
    /// - Parameter calls: At least one; all of one attempt, through one connection, under the same bounds.
    /// - Returns: What was decided for each, in their order.
    /// - Throws: `StorageError.leaseLost` when the job is no longer held; nothing was written.
    package func intend(_ calls: [(step: Identity, call: PaidCall)], now: String? = nil) async throws -> [CallVerdict] {
        let (step, call) = calls[0]
        precondition(
            calls.allSatisfy {
                $0.step.job == step.job && $0.step.epoch == step.epoch && $0.call.connection == call.connection
                    && $0.call.bounds == call.bounds
            },
            "calls of different attempts, connections or bounds were put together"
        )
        let result = try await pool.query(
            Statement.intendCalls,
            [
                .integer(step.job.rawValue), .integer(step.epoch.rawValue), .array(calls.map(\.step.position)),
                .array(calls.map(\.step.kind)), .array(calls.map(\.step.name)),
                .array(calls.map(\.step.effect.rawValue)),
                .array(calls.map { Self.hexadecimal($0.step.fingerprint) }), .optional(call.connection),
                .array(calls.map(\.call.model)), .array(calls.map { $0.call.most.map { String($0.rawValue) } }),
                .array(calls.map { $0.call.price?.json.text() }),
                .optional(call.bounds.run?.limit.rawValue), .optional(call.bounds.run?.mode.rawValue),
                .optional(call.bounds.job?.limit.rawValue), .optional(call.bounds.job?.mode.rawValue),
                .optional(call.bounds.calls), .optional(now),
                .array(calls.map { $0.step.call.map(String.init) }),
            ]
        )
        guard result.rows.count == calls.count else { throw StorageError.serverReadOnly }
        let rows = try result.rows.map { (number: try $0.int64("number"), row: $0) }.sorted { $0.number < $1.number }
        return try rows.map { _, row in
            let verdict = try row.string("verdict")
            guard verdict != "lost" else { throw StorageError.leaseLost(step.job, step.epoch) }
            guard let known = CallVerdict(verdict: verdict, detail: try row.optionalJSON("detail") ?? .null) else {
                throw PostgresError.badValue(column: "verdict", expected: "a known verdict")
            }
            return known
        }
    }

    /// Whether a gateway has calls of a job's program under way.
    package func areCallsUnderWay(of job: JobID) async throws -> Bool {
        try await !pool.query(Statement.probeCalls, [.integer(job.rawValue)]).rows[0].bool("is_free")
    }

    /// What the model calls of a job have cost in all attempts; nil when the cost of one is not known.
    package func cost(of job: JobID) async throws -> MicroDollars? {
        let result = try await pool.query(Statement.readJobCost, [.integer(job.rawValue)])
        return try result.rows.first?.optionalInt64("cost").map(MicroDollars.init(rawValue:))
    }
}
