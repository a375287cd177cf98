/// What a provider is given at once.
package struct BatchRequest: Sendable {
    /// One of its requests.
    package struct Call: Sendable {
        /// By this its answer is known.
        package var key: String
        /// The request, as it stands in a batch.
        package var body: [UInt8]

        package init(key: String, body: [UInt8]) {
            self.key = key
            self.body = body
        }
    }

    /// By this it is known in the provider's list, where that takes names.
    package var key: String
    package var calls: [Call]
    /// When it was made, in microseconds since 1970, by the database's clock.
    package var madeAt: Int64
    /// The longest time for the request that is paid for.
    package var timeout: Duration

    package init(key: String, calls: [Call], madeAt: Int64, timeout: Duration) {
        self.key = key
        self.calls = calls
        self.madeAt = madeAt
        self.timeout = timeout
    }
}
