import JobModel
import Postgres

/// Submissions that become one run.
extension RunStore {
    /// Starts a run, or returns the one that it becomes one with.
    ///
    /// Those of one key wait for each other.
    static func submitOnce(
        _ submission: Submission,
        _ rule: StartRule,
        on connection: PostgresConnection,
        now: String?
    ) async throws -> Receipt {
        var plain = submission
        plain.start = nil
        let identity: [PostgresParameter] = [.text(submission.workflow), .text(submission.team), .text(rule.key)]
        let taken = try await connection.query(Statement.takeStart, identity + [.optional(now)])
        if let earlier = try await earlierRun(of: submission, { try await connection.pipeline($0) }) {
            return Receipt(run: earlier, isNew: false)
        }
        // Before the run's lock: whoever pauses it takes the door first.
        if case .debounce = rule.kind { try await makeGates(of: [plain], on: connection) }
        var continues = false
        if let last = try taken.rows.first?.optionalInt64("run_id").map(RunID.init(rawValue:)),
            try await !connection.query(Statement.lockLiveRuns, [.array([last.rawValue])]).rows.isEmpty
        {
            guard case .debounce = rule.kind else { return Receipt(run: last, isNew: false) }
            continues = try await withdraw(last, on: connection, now: now)
        }
        if case .debounce = rule.kind { plain.isDelayed = true }
        let receipt = try await submit(plain, on: connection, now: now)
        _ = try await connection.query(
            Statement.noteStart,
            identity + [.integer(receipt.run.rawValue), .bool(continues), .optional(now)]
        )
        if case .debounce(let wait, let atMost) = rule.kind {
            _ = try await connection.query(
                Statement.delayRun,
                [.integer(receipt.run.rawValue)] + identity + [
                    .integer(wait.wholeMicroseconds), .optional(atMost?.wholeMicroseconds), .optional(now),
                ]
            )
        }
        return receipt
    }

    /// Cancels a run whose start was delayed, and which is locked.
    ///
    /// - Returns: False when it has begun.
    private static func withdraw(
        _ run: RunID,
        on connection: PostgresConnection,
        now: String?
    ) async throws -> Bool {
        let id = PostgresParameter.integer(run.rawValue)
        var jobs: [Int64]?
        var found: [Int64]?
        // Those that it has found move no more, so this ends when all have been.
        repeat {
            jobs = found
            found = try await connection.query(Statement.findDelayedRun, [id]).rows.map { try $0.int64("job_id") }
        } while found != jobs
        guard found?.isEmpty == false else { return false }
        _ = try await cancelAlone(run, isLate: false, on: connection, now: now)
        _ = try await connection.query(
            Statement.addAudit,
            [
                "chassis", "run.debounce", .text("run \(run)"), id, "a later submission takes its place", .null,
                .optional(now),
            ]
        )
        return true
    }
}
