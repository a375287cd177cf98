package import JobModel
import Postgres

extension RunReader {
    /// How the calls and named steps of a job's program were served, by attempt and position: `exact` or `drifted`.
    ///
    /// Of what each attempt noted, which may be long, no more is kept than what was asked for.
    ///
    /// - Returns: The attempts that have noted something of these positions, oldest first.
    package func served(
        of job: JobID,
        at positions: Set<String>
    ) async throws -> [(epoch: LeaseEpoch, calls: JSONObject)] {
        try await pool.query(Statement.readServed, [.integer(job.rawValue)]).rows.compactMap { row in
            let noted = try row.json("served")
            let calls = JSONObject(positions.compactMap { key in noted[key].map { (key, $0) } })
            guard !calls.isEmpty else { return nil }
            return (LeaseEpoch(rawValue: try row.int64("epoch")), calls)
        }
    }
}
