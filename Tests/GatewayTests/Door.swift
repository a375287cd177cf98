import Synchronization

/// Holds sets of items back until they are let through, one after the other.
final class Door<Item: Sendable>: Sendable {
    struct Refused: Error {}

    private let entered = Mutex<[[Item]]>([])
    private let (arrivals, arrived) = AsyncStream.makeStream(of: [Item].self)
    private let (permits, permit) = AsyncStream.makeStream(of: Bool.self)

    /// All that have come, in their order.
    var sets: [[Item]] { entered.withLock { $0 } }

    /// Returns the items once they are let through.
    func enter(_ items: [Item]) async throws -> [Item] {
        entered.withLock { $0.append(items) }
        arrived.yield(items)
        for await isAllowed in permits {
            guard isAllowed else { throw Refused() }
            return items
        }
        throw CancellationError()
    }

    /// The next set that comes.
    func next() async -> [Item]? { await arrivals.first { _ in true } }

    func open(_ isAllowed: Bool = true) { permit.yield(isAllowed) }
}
