package import JobModel
import Postgres

/// Intents that earlier attempts left behind.
extension StepStore {
    /// An intent of an earlier attempt that must be looked at before its step may run again.
    package struct OpenStep: Equatable, Sendable {
        package let epoch: LeaseEpoch
        package let position: String
        package let kind: String
        package let name: String
        package let effect: Effect
        package let state: LeftIntent
        /// In hexadecimal.
        package let fingerprint: String
        package let startedAt: Timestamp
        /// Why nobody knows what became of it, where that was noted.
        package let error: String?

        /// The intent of a step whose outcome has just become unknown.
        package init(of step: Identity, startedAt: Timestamp, error: String) {
            epoch = step.epoch
            position = step.position
            kind = step.kind
            name = step.name
            effect = step.effect
            state = .unknown
            fingerprint = StepStore.hexadecimal(step.fingerprint)
            self.startedAt = startedAt
            self.error = error
        }

        init(row: PostgresRow) throws {
            epoch = LeaseEpoch(rawValue: try row.int64("epoch"))
            position = try row.string("position")
            kind = try row.string("kind")
            name = try row.string("name")
            effect = Effect(rawValue: try row.string("effect")) ?? .once
            state = LeftIntent(rawValue: try row.string("state")) ?? .unknown
            fingerprint = try row.string("fingerprint")
            startedAt = try row.timestamp("started_us")
            error = try row.optionalString("error")
        }
    }

    /// Settles an intent that an earlier attempt left open or unknown.
    ///
    /// - Parameter epoch: That of the attempt that holds the job now.
    /// - Throws: `StorageError.leaseLost` when it holds it no longer; nothing was written.
    package func settle(
        _ earlier: OpenStep,
        of job: JobID,
        by epoch: LeaseEpoch,
        as settlement: Settlement
    ) async throws {
        let columns = Columns(settlement)
        let result = try await pool.query(
            Statement.settleEarlierStep,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .integer(earlier.epoch.rawValue),
                .text(earlier.position), .text(columns.state), .optional(columns.usage), .optional(columns.cost),
                .optional(columns.error), .null,
            ]
        )
        guard !result.rows.isEmpty else { throw StorageError.leaseLost(job, epoch) }
    }

    /// Notes that a step which an earlier attempt settled has lost its record.
    ///
    /// - Parameter epoch: That of the attempt that holds the job now.
    /// - Throws: `StorageError.leaseLost` when it holds it no longer; nothing was written.
    package func doubt(
        _ earlier: OpenStep,
        of job: JobID,
        by epoch: LeaseEpoch,
        because reason: String
    ) async throws {
        let result = try await pool.query(
            Statement.doubtStep,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .integer(earlier.epoch.rawValue),
                .text(earlier.position), .text(reason),
            ]
        )
        guard !result.rows.isEmpty else { throw StorageError.leaseLost(job, epoch) }
    }

    /// The intents of earlier attempts of a job that are open, or must not happen again.
    package func open(of job: JobID, before epoch: LeaseEpoch) async throws -> [OpenStep] {
        let result = try await pool.query(
            Statement.readOpenSteps,
            [.integer(job.rawValue), .integer(epoch.rawValue)]
        )
        return try result.rows.map(OpenStep.init(row:))
    }
}
