package import JobModel
import Postgres

extension RunReader {
    /// How the calls and named steps of a job's program were served, by attempt and position: `exact` or `drifted`.
    ///
    /// - Returns: The attempts that have noted it, oldest first.
    package func served(of job: JobID) async throws -> [(epoch: LeaseEpoch, calls: JSONObject)] {
        try await pool.query(Statement.readServed, [.integer(job.rawValue)]).rows.map { row in
            let calls = try JSONValue(parsing: try row.string("served")).objectValue ?? [:]
            return (LeaseEpoch(rawValue: try row.int64("epoch")), calls)
        }
    }
}
