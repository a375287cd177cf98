import Synchronization

/// The connections of an attempt whose calls were found to count in budgets: asking for them with others would be in vain.
///
/// One stays in it until the attempt ends. Where the budget is gone meanwhile, its calls are written as if it were there.
final class BudgetedConnections: Sendable {
    private let names = Mutex<Set<String>>([])

    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
}
