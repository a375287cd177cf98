import JobModel
import Prices
import Storage
import Synchronization

/// The prices that were set in the database, as this worker knows them.
final class PriceBook: Sendable {
    /// How old they may be.
    static let maximumAge = Duration.seconds(10)

    private let store: MoneyStore
    private let known = Mutex<(list: PriceList, readAt: ContinuousClock.Instant)?>(nil)

    init(_ store: MoneyStore) { self.store = store }

    /// The prices that are in effect now, or were a moment ago.
    func list() async throws -> PriceList {
        let now = ContinuousClock.now
        if let known = known.withLock({ $0 }), now - known.readAt < Self.maximumAge { return known.list }
        let list = PriceList(
            try await store.effectivePrices().map {
                PriceList.Entry(provider: $0.provider, model: $0.model, price: $0.price)
            }
        )
        known.withLock { $0 = (list, now) }
        return list
    }
}
