package import JobModel
import Postgres

/// Calls that were answered before their answers were made, so that what they cost is told later.
extension StepStore {
    /// A call whose cost is not told yet; the most that it can cost is kept as unknown.
    package struct AwaitedCall: Equatable, Sendable {
        /// That of the attempt that made it.
        package let epoch: LeaseEpoch
        package let position: String
        /// The price that it goes by.
        package let price: ModelPrice
        /// Whose call it is, where not the job's own that is told: one that it goes on from, as a fork.
        package var source: JobID?
    }

    /// Settles the intent of a call whose record is durable, and whose cost is told later.
    ///
    /// - Parameters:
    ///   - itsEpoch: That of the attempt that made it.
    ///   - epoch: That of the attempt that holds the job now.
    /// - Returns: The call; nil where nothing is to be told, since its price is not known or somebody else has settled it meanwhile.
    /// - Throws: `StorageError.leaseLost` when the job is no longer held; nothing was written.
    package func awaitCost(
        of position: String,
        at itsEpoch: LeaseEpoch,
        of job: JobID,
        by epoch: LeaseEpoch,
        now: String? = nil
    ) async throws -> AwaitedCall? {
        let result = try await pool.query(
            Statement.awaitCost,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .integer(itsEpoch.rawValue), .text(position),
                .optional(now),
            ]
        )
        guard let row = result.rows.first else { throw StorageError.leaseLost(job, epoch) }
        guard let position = try row.optionalString("position") else { return nil }
        return AwaitedCall(epoch: itsEpoch, position: position, price: try row.price("price"))
    }

    /// The calls of a job whose cost was not told yet.
    package func awaitedCalls(of job: JobID) async throws -> [AwaitedCall] {
        try await pool.query(Statement.readAwaitedCalls, [.integer(job.rawValue)]).rows.map { row in
            AwaitedCall(
                epoch: LeaseEpoch(rawValue: try row.int64("epoch")),
                position: try row.string("position"),
                price: try row.price("price")
            )
        }
    }

    /// Puts down what a call cost; saying it again changes nothing.
    ///
    /// - Parameters:
    ///   - job: The job that is told, whose lease decides; the call may be that of another one that it goes on from.
    ///   - epoch: That of the attempt that holds the job now.
    /// - Throws: `StorageError.leaseLost` when it holds it no longer; nothing was written.
    package func settle(
        _ call: AwaitedCall,
        of job: JobID,
        by epoch: LeaseEpoch,
        usage: JSONValue,
        cost: MicroDollars,
        now: String? = nil
    ) async throws {
        let result = try await pool.query(
            Statement.settleAwaitedCall,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .integer((call.source ?? job).rawValue),
                .integer(call.epoch.rawValue), .text(call.position), .json(usage.text()), .integer(cost.rawValue),
                .optional(now),
            ]
        )
        guard !result.rows.isEmpty else { throw StorageError.leaseLost(job, epoch) }
    }
}
