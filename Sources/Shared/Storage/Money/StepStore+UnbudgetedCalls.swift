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

    /// Settles those calls that count in no budget and are open, and writes the intents of those that are new and count in none, in one
    /// round trip and one transaction.
    ///
    /// - Parameters:
    ///   - settled: No two of one position of a job.
    ///   - intents: Of paid calls under no bounds of their workflow files.
    /// - Returns: In their order, whether each was settled, and what became of each intent. A call is not settled that counts in a
    ///   budget, was settled before, or whose lease is lost or being given up.
    package func writeUnbudgeted(
        settling settled: [SettledCall],
        intending intents: [(step: Identity, call: PaidCall)],
        now: String? = nil
    ) async throws -> (settled: [Bool], intended: [UnbudgetedIntent]) {
        precondition(
            intents.allSatisfy { $0.call.bounds == PaidCall.Bounds() },
            "calls under bounds of a file count in budgets"
        )
        var batch: [(PostgresStatement, [PostgresParameter])] = []
        if !settled.isEmpty { batch.append((Statement.settleUnbudgetedCalls, Self.parameters(settling: settled, now))) }
        switch intents.count {
        case 0: break
        case 1:
            batch.append((Statement.shareBudgets, []))
            batch.append((Statement.intendUnbudgetedCall, Self.parameters(intending: intents[0], now)))
        default: batch.append((Statement.intendUnbudgetedCalls, Self.parameters(intending: intents, now)))
        }
        let results = try await pool.pipeline(batch)
        let numbersSettled = settled.isEmpty ? [] : try Self.numbers(in: results[0])
        let numbersIntended = intents.isEmpty ? [] : try Self.numbers(in: results[results.count - 1])
        return (
            settled.indices.map { numbersSettled.contains(Int64($0) + 1) },
            intents.indices.map {
                let number = Int64($0) + 1
                return numbersIntended.contains(number)
                    ? .written : numbersIntended.contains(-number) ? .mayCount : .leftOut
            }
        )
    }

    private static func parameters(
        intending intent: (step: Identity, call: PaidCall),
        _ now: String?
    ) -> [PostgresParameter] {
        let (step, call) = intent
        return [
            .integer(step.job.rawValue), .integer(step.epoch.rawValue), .text(step.position), .text(step.kind),
            .text(step.name), .text(step.effect.rawValue), .bytes(step.fingerprint), .optional(call.connection),
            .optional(call.model), .optional(call.most?.rawValue), .optional(call.price?.json.text()),
            .optional(step.call), .optional(now),
        ]
    }

    private static func parameters(
        intending calls: [(step: Identity, call: PaidCall)],
        _ now: String?
    ) -> [PostgresParameter] {
        [
            .array(calls.map(\.step.job.rawValue)), .array(calls.map(\.step.epoch.rawValue)),
            .array(calls.map(\.step.position)), .array(calls.map(\.step.kind)), .array(calls.map(\.step.name)),
            .array(calls.map(\.step.effect.rawValue)),
            .array(calls.map { hexadecimal($0.step.fingerprint) }), .array(calls.map(\.call.connection)),
            .array(calls.map(\.call.model)), .array(calls.map { $0.call.most.map { String($0.rawValue) } }),
            .array(calls.map { $0.call.price?.json.text() }), .array(calls.map { $0.step.call.map(String.init) }),
            .optional(now),
        ]
    }

    private static func parameters(settling calls: [SettledCall], _ now: String?) -> [PostgresParameter] {
        let columns = calls.map { Columns($0.step.settlement) }
        return [
            .array(calls.map(\.job.rawValue)), .array(calls.map(\.epoch.rawValue)), .array(calls.map(\.step.position)),
            .array(columns.map(\.state)), .array(columns.map(\.usage)), .array(columns.map(\.cost)),
            .array(calls.map(\.step.unknownCalls)), .array(columns.map(\.error)),
            .array(calls.map { $0.step.call.map(String.init) }), .optional(now),
        ]
    }

    private static func numbers(in result: PostgresResult) throws -> Set<Int64> {
        Set(try result.rows.map { try $0.int64("number") })
    }
}
