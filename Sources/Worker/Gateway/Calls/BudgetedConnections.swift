import Synchronization

/// The connections of an attempt whose calls count in budgets, or may: to write them with those of others would be tried in vain.
///
/// One stays in it until the attempt ends. Where the budget is gone meanwhile, its calls are written as if it were there.
final class BudgetedConnections: Sendable {
    private let names = Mutex<Set<String>>([])

    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
}
