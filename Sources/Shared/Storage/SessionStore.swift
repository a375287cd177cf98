package import JobModel
package import Postgres

/// Worker processes and their leases.
///
/// The calls that a session makes for itself take the connection that holds its lock.
package struct SessionStore: Sendable {
    /// What a worker process says of itself.
    package struct Registration: Sendable {
        package var worker: String
        package var host: String
        package var pid: Int32
        package var version: String
        package var queues: [String]
        package var slots: Int
        /// What it has, as pairs such as `gpu=a100`.
        package var labels: [String]

        package init(
            worker: String,
            host: String,
            pid: Int32,
            version: String,
            queues: [String],
            slots: Int,
            labels: [String] = []
        ) {
            self.worker = worker
            self.host = host
            self.pid = pid
            self.version = version
            self.queues = queues
            self.slots = slots
            self.labels = labels
        }
    }

    package init() {}

    /// Registers a process; its lease counts from now.
    package func begin(
        _ registration: Registration,
        lease: Duration,
        on connection: PostgresConnection,
        now: String? = nil
    ) async throws -> SessionID {
        let result = try await connection.query(
            Statement.beginSession,
            [
                .text(registration.worker), .text(registration.host), .integer(registration.pid),
                .text(registration.version), .array(registration.queues.map(Optional.some)),
                .integer(registration.slots), .integer(lease.wholeMicroseconds), .array(registration.labels),
                .optional(now),
            ]
        )
        guard let row = result.rows.first else { throw StorageError.serverReadOnly }
        return SessionID(rawValue: try row.int64("session_id"))
    }

    /// Takes the lock that shows that the process lives, on the connection that will hold it.
    ///
    /// - Returns: False while another connection holds it: an older one of this process that was cut silently.
    package func lock(_ session: SessionID, on connection: PostgresConnection) async throws -> Bool {
        let incarnation = try await incarnation(on: connection)
        let result = try await connection.query(
            Statement.lockSession,
            [.integer(session.rawValue), .text(incarnation)]
        )
        return try result.rows.first?.bool("is_locked") ?? false
    }

    /// The server's present life; see `read_incarnation.sql`.
    package func incarnation(on connection: PostgresConnection) async throws -> String {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2 {
            if let row = try await connection.query(Statement.readIncarnation).rows.first {
                return try row.string("incarnation")
            }
            let name = String(UInt64.random(in: 0 ... .max, using: &generator), radix: 36)
            _ = try await connection.query(Statement.beginIncarnation, [.text(name)])
        }
        throw StorageError.serverReadOnly
    }

    /// Renews the lease of the session and so of all its jobs.
    ///
    /// - Returns: The jobs of the session whose runs were cancelled.
    /// - Throws: `StorageError.sessionEnded` when it has ended or its lease has run out.
    package func renew(
        _ session: SessionID,
        lease: Duration,
        on connection: PostgresConnection,
        now: String? = nil
    ) async throws -> [JobID] {
        let result = try await connection.query(
            Statement.renewSession,
            [.integer(session.rawValue), .integer(lease.wholeMicroseconds), .optional(now)]
        )
        guard let row = result.rows.first else { throw StorageError.sessionEnded(session) }
        return try row.string("cancelled_jobs").split(separator: ",").compactMap { Int64($0) }.map(JobID.init)
    }

    /// The jobs of the session whose runs were cancelled.
    package func cancelledJobs(of session: SessionID, on connection: PostgresConnection) async throws -> [JobID] {
        try await connection.query(Statement.findCancelledJobs, [.integer(session.rawValue)]).rows
            .map { JobID(rawValue: try $0.int64("job_id")) }
    }

    /// Notes that the session takes no more jobs.
    package func drain(_ session: SessionID, on connection: PostgresConnection) async throws {
        _ = try await connection.query(Statement.drainSession, [.integer(session.rawValue), .null])
    }

    /// Ends the session in good order.
    package func finish(_ session: SessionID, on connection: PostgresConnection) async throws {
        _ = try await connection.query(Statement.finishSession, [.integer(session.rawValue), .null])
    }

    /// A job that was taken back from a session that had ended.
    package struct RescuedJob: Equatable, Sendable {
        package let job: JobID
        package let run: RunID
        package let queue: String
        /// Whether it lost its worker too often and was failed.
        package let hasFailed: Bool
        /// The queues that got pending jobs by that failure, and by others found at the same time.
        package var readied: Set<String> = []
    }

    /// Takes back the jobs of ended sessions; looks through all leases.
    ///
    /// - Parameter poisonLimit: How many lost workers fail a job.
    package func rescue(
        poisonLimit: Int,
        on connection: PostgresConnection,
        now: String? = nil
    ) async throws -> [RescuedJob] {
        try await connection.transaction { connection in
            let result = try await connection.query(Statement.rescueJobs, [.integer(poisonLimit), .optional(now)])
            let rescued = try result.rows.map { row in
                RescuedJob(
                    job: JobID(rawValue: try row.int64("job_id")),
                    run: RunID(rawValue: try row.int64("run_id")),
                    queue: try row.string("queue"),
                    hasFailed: try row.bool("has_failed")
                )
            }
            let failed = rescued.filter(\.hasFailed)
            guard !failed.isEmpty else { return rescued }
            let runs = PostgresParameter.array(Set(failed.map(\.run.rawValue)).sorted())
            _ = try await connection.query(Statement.lockLiveRuns, [runs])
            let jobs = PostgresParameter.array(failed.map(\.job.rawValue))
            _ = try await connection.query(Statement.countLostJobs, [jobs])
            _ = try await connection.query(Statement.settleOpenSteps, [jobs, .optional(now)])
            let readied = try await connection.query(Statement.spreadEndings, [jobs, .optional(now)])
            let followed = try await connection.query(Statement.followItems, [jobs, .optional(now)])
            _ = try await connection.query(Statement.endRuns, [runs, .optional(now)])
            let queues = Set(
                try [readied, followed].flatMap { result in try result.rows.map { try $0.string("queue") } }
            )
            return rescued.map { job in
                var job = job
                if job.hasFailed { job.readied = queues }
                return job
            }
        }
    }
}
