package import JobModel
import Postgres

/// What a job waits for.
package struct EventWait: Equatable, Sendable {
    package let job: JobID
    package let run: RunID
    package let name: String
    /// Nil for any key.
    package let key: String?
    /// How long before its run was submitted events count too.
    package let since: Duration

    package init(job: JobID, run: RunID, name: String, key: String?, since: Duration = .zero) {
        self.job = job
        self.run = run
        self.name = name
        self.key = key
        self.since = since
    }
}

extension EventStore {
    /// The first event that a job waits for, if it has come; when it has not, an event that comes resumes the job.
    ///
    /// - Parameter matches: Looks at one event; the first one that it accepts is the one.
    package func find(
        _ wait: EventWait,
        where matches: (KeptEvent) throws -> Bool
    ) async throws -> KeptEvent? {
        let (name, key) = (PostgresParameter.text(wait.name), PostgresParameter.optional(wait.key))
        let noted = try await pool.query(
            Statement.awaitEvent,
            [
                .integer(wait.job.rawValue), .integer(wait.run.rawValue), name, key,
                .integer(wait.since.wholeMicroseconds),
            ]
        )
        guard let row = noted.rows.first else { return nil }
        let team = PostgresParameter.text(try row.string("team"))
        var after = try row.int64("seen")
        var settled = after
        var isSettled = true
        while true {
            let page = try await pool.query(
                Statement.lookForEvents,
                [
                    .integer(wait.run.rawValue), team, name, key, .integer(after),
                    .integer(wait.since.wholeMicroseconds), .integer(Self.pageSize),
                ]
            ).rows
            for row in page {
                let event = try KeptEvent(row: row)
                if try matches(event) { return event }
                after = event.id
                isSettled = try isSettled && row.bool("is_settled")
                if isSettled { settled = after }
            }
            guard page.count == Self.pageSize else { break }
        }
        _ = try await pool.query(Statement.noteSeenEvents, [.integer(wait.job.rawValue), .integer(settled)])
        return nil
    }

    /// Notes that a job waits no more.
    package func endWait(of job: JobID) async throws {
        _ = try await pool.query(Statement.endEventWait, [.integer(job.rawValue)])
    }
}
