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
        let result = try await pool.query(
            Statement.intendCall,
            [
                .integer(step.job.rawValue), .integer(step.epoch.rawValue), .text(step.position), .text(step.kind),
                .text(step.name), .text(step.effect.rawValue), .bytes(step.fingerprint), .optional(call.connection),
                .optional(call.model), .optional(call.most?.rawValue), .optional(call.price?.json.text()),
                .optional(call.bounds.run?.limit.rawValue), .optional(call.bounds.run?.mode.rawValue),
                .optional(call.bounds.job?.limit.rawValue), .optional(call.bounds.job?.mode.rawValue),
                .optional(call.bounds.calls), .optional(now),
            ]
        )
        guard let row = result.rows.first else { throw StorageError.serverReadOnly }
        let verdict = try row.string("verdict")
        guard verdict != "lost" else { throw StorageError.leaseLost(step.job, step.epoch) }
        guard let known = CallVerdict(verdict: verdict, detail: try row.optionalJSON("detail") ?? .null) else {
            throw PostgresError.badValue(column: "verdict", expected: "a known verdict")
        }
        return known
    }

    /// What the model calls of a job have cost in all attempts; nil when the cost of one is not known.
    package func cost(of job: JobID) async throws -> MicroDollars? {
        let result = try await pool.query(Statement.readJobCost, [.integer(job.rawValue)])
        return try result.rows.first?.optionalInt64("cost").map(MicroDollars.init(rawValue:))
    }
}
