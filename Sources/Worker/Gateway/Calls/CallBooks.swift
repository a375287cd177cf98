import JobModel
import Postgres
import Storage

/// Writes down what calls may cost, and what became of them, in sets.
///
/// Calls that count in no budget are written with those of all attempts. The others, and what is said again or comes too late, are
/// written with those of their own line.
struct CallBooks: Sendable {
    typealias Intent = (step: StepStore.Identity, call: PaidCall)

    private struct Everybody: Hashable, Sendable {}

    private let unbudgetedIntents: Gatherer<Everybody, Intent, StepStore.UnbudgetedIntent>
    private let unbudgetedSettlements: Gatherer<Everybody, StepStore.SettledCall, Bool>
    private let intents: Gatherer<CallLine, Intent, CallVerdict>
    private let settlements: Gatherer<CallLine, StepStore.SettledStep, Void>

    init(_ steps: StepStore) {
        unbudgetedIntents = Gatherer { _, calls in
            try await Self.unlessRefused(calls, or: .leftOut) { try await steps.intendUnbudgeted(calls) }
        }
        unbudgetedSettlements = Gatherer { _, calls in
            try await Self.unlessRefused(calls, or: false) { try await steps.settleUnbudgeted(calls) }
        }
        intents = Gatherer { _, calls in try await steps.intend(calls) }
        settlements = Gatherer { line, settled in
            try await steps.settle(job: line.job, epoch: line.epoch, settled)
            return settled.map { _ in }
        }
    }

    /// Writes the intent of a call, and reserves its money.
    ///
    /// - Parameter budgeted: Of the line's attempt.
    /// - Throws: `StorageError.leaseLost` when the job is no longer held; nothing was written.
    func intend(_ intent: Intent, in line: CallLine, _ budgeted: BudgetedConnections) async throws -> CallVerdict {
        if intent.call.bounds == PaidCall.Bounds(), !budgeted.contains(line.connection) {
            switch try await unbudgetedIntents(Everybody(), intent) {
            case .written: return .granted(warning: nil)
            case .mayCount: budgeted.insert(line.connection)
            case .leftOut: break
            }
        }
        return try await intents(line, intent)
    }

    /// Settles a call; without its lease nothing is written.
    ///
    /// - Parameters:
    ///   - isPaid: Whether money was reserved for it.
    ///   - budgeted: Of the line's attempt.
    func settle(
        _ step: StepStore.SettledStep,
        isPaid: Bool,
        in line: CallLine,
        _ budgeted: BudgetedConnections
    ) async throws {
        if isPaid, !budgeted.contains(line.connection) {
            let call = StepStore.SettledCall(job: line.job, epoch: line.epoch, step: step)
            guard try await !unbudgetedSettlements(Everybody(), call) else { return }
        }
        try await settlements(line, step)
    }

    /// How many intents of calls that count in no budget, or may not, wait for their set.
    var waiterCount: Int { get async { await unbudgetedIntents.waiterCount } }

    /// What the database refuses for one call of a set is not refused to others: each is written with its own line.
    private static func unlessRefused<Item, Answer>(
        _ items: [Item],
        or other: Answer,
        _ write: () async throws -> [Answer]
    ) async throws -> [Answer] {
        do {
            return try await write()
        } catch let error as PostgresError where error.isRefusalOfData && items.count > 1 {
            return items.map { _ in other }
        }
    }
}
