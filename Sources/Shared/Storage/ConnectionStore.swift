package import JobModel
package import Postgres

/// What all workers share of a connection: its limits, and how long it is to be left alone.
package struct ConnectionStore: Sendable {
    /// How much may be asked of a connection; nil sets no limit.
    package struct Limits: Equatable, Sendable {
        package var requestsPerMinute: Int?
        package var tokensPerMinute: Int?
        package var concurrent: Int?

        /// Whether there is none.
        package var isEmpty: Bool { requestsPerMinute == nil && tokensPerMinute == nil && concurrent == nil }

        package init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, concurrent: Int? = nil) {
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
            self.concurrent = concurrent
        }
    }

    /// Whether a call may begin.
    package enum Answer: Equatable, Sendable {
        /// It has begun, under this number.
        case entered(Int64)
        /// Not before so much time has passed.
        case wait(Duration)
        /// As many calls are under way as may be.
        case full
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Lets a call begin, if the limits of its connection allow it.
    ///
    /// - Parameter tokens: What it may take, counted from above.
    /// - Throws: `StorageError.leaseLost` when the job is no longer held.
    package func enter(
        _ connection: String,
        job: JobID,
        epoch: LeaseEpoch,
        tokens: Int,
        limits: Limits,
        now: String? = nil
    ) async throws -> Answer {
        let results = try await pool.pipeline([
            (Statement.lockConnection, [.text(connection)]),
            (
                Statement.enterConnection,
                [
                    .text(connection), .integer(job.rawValue), .integer(epoch.rawValue), .integer(tokens),
                    .optional(limits.requestsPerMinute), .optional(limits.tokensPerMinute),
                    .optional(limits.concurrent), .optional(now),
                ]
            ),
        ])
        guard let row = results.last?.rows.first, try row.bool("is_held") else {
            throw StorageError.leaseLost(job, epoch)
        }
        if let call = try row.optionalInt64("call_id") { return .entered(call) }
        let wait = Duration.microseconds(try row.int64("wait_us"))
        return wait > .zero ? .wait(wait) : .full
    }

    /// Ends a call that was let in.
    ///
    /// - Parameter tokens: What it took; nil keeps what was counted from above.
    package func leave(_ call: Int64, tokens: Int?, now: String? = nil) async throws {
        _ = try await pool.query(
            Statement.leaveConnection,
            [.integer(call), .optional(tokens), .optional(now)]
        )
    }

    /// Notes that a connection asked to be left alone.
    package func hold(_ connection: String, for time: Duration, now: String? = nil) async throws {
        _ = try await pool.query(
            Statement.holdConnection,
            [.text(connection), .integer(time.wholeMicroseconds), .optional(now)]
        )
    }

    /// How long a connection is still to be left alone.
    package func remainingHold(of connection: String, now: String? = nil) async throws -> Duration {
        let result = try await pool.query(Statement.readConnectionHold, [.text(connection), .optional(now)])
        guard let row = result.rows.first else { return .zero }
        return .microseconds(try row.int64("wait_us"))
    }
}
