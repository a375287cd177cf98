package import JobModel
import Postgres

extension RunReader {
    /// Why a job does not run or, without a name, why its run does not go on.
    ///
    /// - Returns: Nil when there is no such run or job, or the run has ended.
    package func why(_ run: RunID, job: String? = nil) async throws -> WaitReason? {
        let rows = try await pool.query(
            Statement.explainJob,
            [.integer(run.rawValue), .optional(job), .integer(WaitFacts.mostCounted)]
        ).rows
        return try rows.first.map { try WaitFacts($0, run: run).reason }
    }
}
