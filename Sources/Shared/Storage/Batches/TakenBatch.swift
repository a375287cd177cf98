package import JobModel

/// A batch that a worker has in hand.
package struct TakenBatch: Equatable, Sendable {
    package let id: Int64
    /// Fences what is written about it.
    package let turn: Int64
    /// By this it is known in the provider's list, where that takes names.
    package let key: String
    package let model: String
    /// What the provider calls it; nil before it is known to be sent.
    package let providerID: String?
    /// Whether no job waits for it any more.
    package let isAbandoned: Bool
    /// Whether the provider was asked to cancel it.
    package let isCancelled: Bool
    /// When it was made, in microseconds since 1970.
    package let madeAt: Int64
    /// How long ago it was about to be sent; nil where it never was, or where that certainly sent nothing.
    package let sinceTry: Duration?
    /// How long ago it was found to be sent.
    package let sinceSent: Duration?

    package init(
        id: Int64,
        turn: Int64,
        key: String,
        model: String,
        providerID: String?,
        isAbandoned: Bool = false,
        isCancelled: Bool = false,
        madeAt: Int64 = 0,
        sinceTry: Duration? = nil,
        sinceSent: Duration? = nil
    ) {
        self.id = id
        self.turn = turn
        self.key = key
        self.model = model
        self.providerID = providerID
        self.isAbandoned = isAbandoned
        self.isCancelled = isCancelled
        self.madeAt = madeAt
        self.sinceTry = sinceTry
        self.sinceSent = sinceSent
    }

    /// One of its calls.
    package struct Call: Equatable, Sendable {
        /// By this its answer is known.
        package let key: String
        package let job: JobID
        /// Where its request lies in the store.
        package let request: StoredBlob
    }

    /// What became of one of its calls.
    package enum Outcome: Equatable, Sendable {
        case answered(StoredBlob)
        case failed(JobFailure)
        case unknown(JobFailure)
    }

    /// What was found out about it when it is put down.
    package struct Finding: Equatable, Sendable {
        /// What the provider calls it, where that has become known.
        package var providerID: String?
        /// Whether the provider was asked to cancel it.
        package var isCancelled = false
        /// Whether it is certain that the last try sent nothing.
        package var wasRefused = false
        /// How long until it is looked at again.
        package var wait: Duration
        /// For people.
        package var detail: String

        package init(wait: Duration, detail: String) {
            self.wait = wait
            self.detail = detail
        }
    }
}
