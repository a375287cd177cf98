/// Does together what several ask for at the same time.
///
/// One set of a key is under way at a time, and whoever comes meanwhile is in the next one; one who comes alone waits for
/// nobody. The first of a set does it for all: its task must not be cancelled.
actor Gatherer<Key: Hashable & Sendable, Item: Sendable, Answer: Sendable> {
    typealias Work = @Sendable (Key, [Item]) async throws -> [Answer]

    /// The most items of a set.
    private let mostAtOnce = 64

    private typealias Turn = SetTurn<Item, Answer>
    private typealias Waiter = Turn.Waiter

    private let work: Work
    /// Who waits, of each key of which a set is under way.
    private var waiting: [Key: [Waiter]] = [:]

    /// - Parameter work: Does a set; returns an answer for each item, in their order.
    init(_ work: @escaping Work) { self.work = work }

    /// How many wait for the next set of their key.
    var waiterCount: Int { waiting.values.reduce(0) { $0 + $1.count } }

    /// Has an item done.
    func callAsFunction(_ key: Key, _ item: Item) async throws -> Answer {
        try await turn(key, item).answer(to: item, passOn: { passOn(key) }) { try await work(key, $0) }
    }

    private func turn(_ key: Key, _ item: Item) async -> Turn {
        guard waiting[key] != nil else {
            waiting[key] = []
            return .lead(others: [])
        }
        return await withCheckedContinuation { waiting[key]?.append(Waiter(item: item, continuation: $0)) }
    }

    /// Lets the next set begin.
    private func passOn(_ key: Key) {
        guard let waiters = waiting[key], let leader = waiters.first else {
            waiting[key] = nil
            return
        }
        let others = waiters.dropFirst().prefix(mostAtOnce - 1)
        waiting[key] = Array(waiters.dropFirst(1 + others.count))
        leader.continuation.resume(returning: .lead(others: Array(others)))
    }
}
