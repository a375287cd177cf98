package import JobModel

/// A model call of a job that was given to a batch, and what is known of it.
package struct BatchedCall: Equatable, Sendable {
    /// How far it has come.
    package enum State: String, Sendable {
        /// It is in no batch yet.
        case waiting
        /// It is in a batch that has not ended.
        case sent
        /// Its answer lies in the store.
        case answered
        /// It was not answered, and nothing was paid.
        case failed
        /// Nobody knows whether it was answered, and paid.
        case unknown
    }

    package let id: Int64
    /// Of the attempt that wrote its intent.
    package let epoch: LeaseEpoch
    package let position: String
    /// In hexadecimal.
    package let fingerprint: String
    package let connection: String
    package let model: String
    package let state: State
    /// Where its answer lies.
    package let answer: StoredBlob?
    /// Why it has none.
    package let error: JobFailure?
    /// What the provider calls its batch.
    package let providerID: String?
    /// What is known of its batch, for people.
    package let detail: String?
    /// The price that it goes by.
    package let price: ModelPrice?
    /// The most that it can cost, which is reserved.
    package let reserved: MicroDollars
}
