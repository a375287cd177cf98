import JobModel
import Postgres
import Storage

/// Writes down what calls may cost, and what became of them, in sets.
///
/// Calls that count in no budget are written with those of all attempts. The others, and what is said again or comes too late, are
/// written with those of their own line.
struct CallBooks: Sendable {
    typealias Intent = CallSets.Intent

    private let unbudgeted: CallSets
    private let intents: Gatherer<CallLine, Intent, CallVerdict>
    private let settlements: Gatherer<CallLine, StepStore.SettledStep, Void>

    init(_ steps: StepStore) {
        unbudgeted = CallSets { items in try await Self.write(items, to: steps) }
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
            switch try await unbudgeted(.intent(intent)) {
            case .intended(.written): return .granted(warning: nil)
            case .intended(.mayCount): budgeted.insert(line.connection)
            case .intended(.leftOut), .settled: break
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
            guard try await unbudgeted(.settlement(call)) != .settled(true) else { return }
        }
        try await settlements(line, step)
    }

    /// How many intents of calls that count in no budget, or may not, wait for their set.
    var waiterCount: Int { get async { await unbudgeted.waiterCounts.intents } }

    /// What the database refuses for one call of a set is not refused to others: each is written with its own line.
    private static func write(_ items: [CallSets.Item], to steps: StepStore) async throws -> [CallSets.Answer] {
        var (settled, intents): ([StepStore.SettledCall], [Intent]) = ([], [])
        for item in items {
            switch item {
            case .intent(let intent): intents.append(intent)
            case .settlement(let call): settled.append(call)
            }
        }
        do {
            let written = try await steps.writeUnbudgeted(settling: settled, intending: intents)
            var (settledAnswers, intendedAnswers) = (written.settled.makeIterator(), written.intended.makeIterator())
            return items.map { item in
                switch item {
                case .intent: .intended(intendedAnswers.next() ?? .leftOut)
                case .settlement: .settled(settledAnswers.next() ?? false)
                }
            }
        } catch let error as PostgresError where error.isRefusalOfData && items.count > 1 {
            return items.map { $0.isIntent ? .intended(.leftOut) : .settled(false) }
        }
    }
}
