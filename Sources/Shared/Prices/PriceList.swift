package import JobModel

/// The prices that are known of models, and which of them counts for a call.
package struct PriceList: Equatable, Sendable {
    /// Where a price comes from.
    package enum Origin: String, Sendable {
        /// The worker's connections file.
        case connection
        /// `chassis prices set`.
        case database
        /// The list that is shipped with this program.
        case shipped
    }

    /// A price, and where it comes from.
    package struct Found: Equatable, Sendable {
        package let price: ModelPrice
        package let origin: Origin

        package init(price: ModelPrice, origin: Origin) {
            self.price = price
            self.origin = origin
        }
    }

    /// One price that was set: for a connection, or for all connections to a kind of provider.
    package struct Entry: Equatable, Sendable {
        /// The name of a connection, or a kind of provider such as `openai`.
        package let provider: String
        package let model: String
        package let price: ModelPrice

        package init(provider: String, model: String, price: ModelPrice) {
            self.provider = provider
            self.model = model
            self.price = price
        }
    }

    private let set: [String: ModelPrice]

    /// - Parameter entries: Those that are in effect now, one for each provider and model.
    package init(_ entries: [Entry] = []) {
        set = Dictionary(entries.map { ("\($0.provider)/\($0.model)", $0.price) }) { _, last in last }
    }

    /// All prices that were set and hold at a connection, by model.
    package func setPrices(for connection: String, provider: String?) -> [String: ModelPrice] {
        var prices: [String: ModelPrice] = [:]
        for name in [provider, connection].compactMap({ $0 }) {
            for (key, price) in set where key.hasPrefix(name + "/") {
                prices[String(key.dropFirst(name.count + 1))] = price
            }
        }
        return prices
    }

    /// The price of a model at a connection: what was set for the connection, then what was set for its kind of
    /// provider, then what is shipped; nil when nobody said.
    ///
    /// - Parameter provider: The kind of provider at whose own address the connection is; nil for any other server,
    ///   whose prices nobody can know.
    package func price(of model: String, connection: String, provider: String?) -> Found? {
        for name in [connection, provider].compactMap({ $0 }) {
            if let price = set["\(name)/\(model)"] { return Found(price: price, origin: .database) }
        }
        guard let provider, let price = ShippedPrices.all.price(of: model, provider: provider) else { return nil }
        return Found(price: price, origin: .shipped)
    }
}
