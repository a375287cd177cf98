package import JobModel

/// A price that was set.
package struct PriceDetail: Equatable, Sendable {
    /// A connection's name, or a kind of provider.
    package let provider: String
    package let model: String
    /// When it begins to count.
    package let from: Timestamp
    package let price: ModelPrice
}
