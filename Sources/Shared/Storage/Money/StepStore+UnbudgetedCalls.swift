package import JobModel
import Postgres

/// Calls that count in no budget, of several jobs at once.
///
/// Nothing is asked of one that does not count for another, so those of all jobs can be written by one statement. What does not
/// belong there is told of, and is to be written with the calls of its own attempt.
extension StepStore {
    /// What became of a call of some attempt.
    package struct SettledCall: Sendable {
        package let job: JobID
        package let epoch: LeaseEpoch
        package let step: SettledStep

        package init(job: JobID, epoch: LeaseEpoch, step: SettledStep) {
            self.job = job
            self.epoch = epoch
            self.step = step
        }
    }

    /// What became of an intent in a set of calls that count in no budget.
    package enum UnbudgetedIntent: Equatable, Sendable {
        /// It is granted.
        case written
        /// It counts in a budget, or may: its run was started by another run. Nothing was written.
        case mayCount
        /// It was written before, or its lease is lost or being given up. Nothing was written.
        case leftOut
    }

    /// Writes the intents of those paid calls that are new and count in no budget, in one transaction.
    ///
    /// - Parameter calls: Under no bounds of their workflow files.
    /// - Returns: What became of each, in their order.
    package func intendUnbudgeted(
        _ calls: [(step: Identity, call: PaidCall)],
        now: String? = nil
    ) async throws -> [UnbudgetedIntent] {
        precondition(
            calls.allSatisfy { $0.call.bounds == PaidCall.Bounds() },
            "calls under bounds of a file count in budgets"
        )
        let result = try await pool.query(
            Statement.intendUnbudgetedCalls,
            [
                .array(calls.map(\.step.job.rawValue)), .array(calls.map(\.step.epoch.rawValue)),
                .array(calls.map(\.step.position)), .array(calls.map(\.step.kind)), .array(calls.map(\.step.name)),
                .array(calls.map(\.step.effect.rawValue)),
                .array(calls.map { Self.hexadecimal($0.step.fingerprint) }), .array(calls.map(\.call.connection)),
                .array(calls.map(\.call.model)), .array(calls.map { $0.call.most.map { String($0.rawValue) } }),
                .array(calls.map { $0.call.price?.json.text() }), .array(calls.map { $0.step.call.map(String.init) }),
                .optional(now),
            ]
        )
        let numbers = try Self.numbers(in: result)
        return (1...Int64(calls.count)).map {
            numbers.contains($0) ? .written : numbers.contains(-$0) ? .mayCount : .leftOut
        }
    }

    /// Settles those intents that count in no budget and are open, in one transaction.
    ///
    /// - Parameter calls: No two of one position of a job.
    /// - Returns: For each, in their order, whether it was settled. It was not when it counts in a budget, was settled before, or
    ///   its lease is lost or being given up.
    package func settleUnbudgeted(_ calls: [SettledCall], now: String? = nil) async throws -> [Bool] {
        let columns = calls.map { Columns($0.step.settlement) }
        let result = try await pool.query(
            Statement.settleUnbudgetedCalls,
            [
                .array(calls.map(\.job.rawValue)), .array(calls.map(\.epoch.rawValue)),
                .array(calls.map(\.step.position)),
                .array(columns.map(\.state)), .array(columns.map(\.usage)), .array(columns.map(\.cost)),
                .array(calls.map(\.step.unknownCalls)), .array(columns.map(\.error)),
                .array(calls.map { $0.step.call.map(String.init) }), .optional(now),
            ]
        )
        let numbers = try Self.numbers(in: result)
        return (1...Int64(calls.count)).map(numbers.contains)
    }

    private static func numbers(in result: PostgresResult) throws -> Set<Int64> {
        Set(try result.rows.map { try $0.int64("number") })
    }
}
