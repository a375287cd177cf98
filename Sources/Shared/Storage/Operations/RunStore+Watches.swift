import JobModel
import Postgres

extension RunStore.Submission {
    /// Whether anything of it is watched, or somebody told of its end.
    var isWatched: Bool { !watches.isEmpty || !notices.isEmpty || jobs.contains { !$0.watches.isEmpty } }
}

extension RunStore {
    /// Has a run watched that was submitted within the caller's transaction; does nothing where nothing is to be watched.
    static func watch(
        _ run: RunID,
        _ submission: Submission,
        on connection: PostgresConnection,
        now: String?
    ) async throws {
        guard submission.isWatched else { return }
        let watches =
            submission.watches.map { (String?.none, $0) }
            + submission.jobs.flatMap { job in job.watches.map { (String?.some(job.name), $0) } }
        _ = try await connection.query(
            Statement.addWatches,
            [
                .integer(run.rawValue), .array(watches.map(\.0)), .array(watches.map { $0.1.kind.rawValue }),
                .array(watches.map { $0.1.length.wholeMicroseconds }),
                .array(watches.map { $0.1.otherwise.rawValue }),
                .array(submission.notices.map(\.rawValue).sorted()), .optional(now),
            ]
        )
    }
}
