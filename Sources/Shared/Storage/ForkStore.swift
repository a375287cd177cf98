package import JobModel
package import Postgres

/// Starts runs that take over the checkpoints of other runs, and tells their jobs what they take over.
package struct ForkStore: Sendable {
    /// Where a fork leaves the way of its source.
    package struct Parting: Equatable, Sendable {
        package var job: String
        /// The first step that is not taken over; nil when none of the job's is.
        package var step: String?
        package var reach: ForkReach
        /// What that step does otherwise.
        package var edit: ForkEdit

        package init(job: String, step: String?, reach: ForkReach, edit: ForkEdit = ForkEdit()) {
            self.job = job
            self.step = step
            self.reach = reach
            self.edit = edit
        }
    }

    /// What one job of a fork takes over.
    package struct Inheritance: Equatable, Sendable {
        /// The job of the same name of the run that was forked, then what that one takes over itself, and so on.
        package let sources: [ForkSource]
        /// The position of the step that does something else, as `edit` says.
        package let step: String?
        package let edit: ForkEdit
    }

    /// What a fork of a run starts from.
    package struct Origin: Equatable, Sendable {
        package let workflow: String
        package let version: Int
        package let source: String
        package let team: String
        package let params: JSONObject
        /// The job that was asked for; nil when the run has none of that name.
        package let job: JobID?
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// What a fork of a run starts from; nil when there is no such run.
    package func origin(_ run: RunID, job: String?) async throws -> Origin? {
        let rows = try await pool.query(Statement.readOrigin, [.integer(run.rawValue), .optional(job)]).rows
        return try rows.first.map { row in
            Origin(
                workflow: try row.string("workflow"),
                version: try row.int("number"),
                source: try row.string("source"),
                team: try row.string("team"),
                params: try row.json("params").objectValue ?? [:],
                job: try row.optionalInt64("job_id").map(JobID.init(rawValue:))
            )
        }
    }

    /// Starts a run that takes over the checkpoints of another one, whole or not at all.
    ///
    /// - Parameter parting: Where it leaves the other's way; nil to take over everything.
    /// - Returns: Nil when there is no such source.
    package func fork(
        _ source: RunID,
        as submission: RunStore.Submission,
        parting: Parting?,
        now: String? = nil
    ) async throws -> RunStore.Receipt? {
        try await pool.transaction { connection in
            let receipt = try await RunStore.submit(submission, on: connection, now: now)
            guard receipt.isNew else { return receipt }
            guard try await Self.inherit(receipt.run, from: source, parting: parting, on: connection) else {
                throw SourceMissing()
            }
            return receipt
        } orNilWhen: {
            $0 is SourceMissing
        }
    }

    private struct SourceMissing: Error {}

    /// Has a run that was just submitted take over the checkpoints of another one.
    ///
    /// - Returns: Whether the other one is there.
    static func inherit(
        _ run: RunID,
        from source: RunID,
        parting: Parting? = nil,
        on connection: PostgresConnection
    ) async throws -> Bool {
        try await !connection.query(Statement.addFork, parameters(run, source, parting)).rows.isEmpty
    }

    private static func parameters(_ run: RunID, _ source: RunID, _ parting: Parting?) -> [PostgresParameter] {
        let reach = parting?.reach ?? .all
        let through: String? = if case .through(let position) = reach { position } else { nil }
        return [
            .integer(run.rawValue), .integer(source.rawValue), .optional(parting?.job), .optional(parting?.step),
            .text(reach.word), .optional(through), .json((parting?.edit ?? ForkEdit()).json.text()),
            .optional(reach.cut?.text()),
        ]
    }

    /// What a job takes over; nil when its run is no fork.
    package func inheritance(of job: JobID) async throws -> Inheritance? {
        let rows = try await pool.query(Statement.readFork, [.integer(job.rawValue)]).rows
        return try rows.first.map { row in
            Inheritance(
                sources: try rows.map(Self.source),
                step: try row.optionalString("step"),
                edit: ForkEdit(json: try row.json("edit"))
            )
        }
    }

    private static func source(_ row: PostgresRow) throws -> ForkSource {
        let reach: ForkReach =
            switch (try row.string("inherits"), try row.optionalString("cut")) {
            case (_, let cut?): ForkReach(cut: try JSONValue(parsing: cut))
            case ("none", nil): .nothing
            case ("through", nil): .through(try row.string("through"))
            default: .all
            }
        return ForkSource(
            run: RunID(rawValue: try row.int64("source_run_id")),
            job: try row.optionalInt64("source_job_id").map(JobID.init(rawValue:)),
            reach: reach
        )
    }
}

extension ForkReach {
    fileprivate var word: String {
        switch self {
        case .all: "all"
        case .through: "through"
        // Workers that know of no cut are to take over nothing: what they pay for anew is no other answer.
        case .upTo, .nothing: "none"
        }
    }

    fileprivate var cut: JSONValue? {
        guard case .upTo(let attempts, let gateway) = self else { return nil }
        var object = JSONObject()
        object["attempts"] = attempts?.json
        object["gateway"] = gateway?.json
        return .object(object)
    }

    fileprivate init(cut: JSONValue) {
        self = .upTo(
            attempts: cut["attempts"].flatMap(JournalCut.init),
            gateway: cut["gateway"].flatMap(JournalCut.init)
        )
    }
}

extension PostgresPool {
    /// A transaction whose named errors mean that there is nothing.
    fileprivate func transaction<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value,
        orNilWhen isNothing: (any Error) -> Bool
    ) async throws -> Value? {
        do {
            return try await transaction(body)
        } catch  where isNothing(error) {
            return nil
        }
    }
}
