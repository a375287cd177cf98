package import JobModel
import Postgres

extension RunStore {
    /// The job of a run that succeeded under this name, and the epoch of the attempt that ended it; nil when none did.
    package func place(ofJob name: String, in run: RunID) async throws -> (job: JobID, epoch: LeaseEpoch)? {
        let result = try await pool.query(Statement.readJobPlace, [.integer(run.rawValue), .text(name)])
        guard let row = result.rows.first else { return nil }
        return (JobID(rawValue: try row.int64("job_id")), LeaseEpoch(rawValue: try row.int64("epoch")))
    }
}
