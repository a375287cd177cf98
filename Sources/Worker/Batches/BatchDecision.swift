import Storage

/// What a worker does with a batch that it has in hand.
enum BatchDecision: Equatable {
    /// Nobody waits for it, and it was never sent: its calls come to nothing.
    case discard
    case send
    /// Whether the last try sent it is not known: the provider's list has to say.
    case search
    /// No job waits for it any more.
    case cancel
    case poll
    /// After a search that found nothing: the last try may still arrive.
    case wait(Duration)

    /// What comes first.
    init(_ batch: TakenBatch) {
        if batch.providerID != nil {
            self = batch.isAbandoned && !batch.isCancelled ? .cancel : .poll
        } else if batch.sinceTry != nil {
            self = .search
        } else {
            self = batch.isAbandoned ? .discard : .send
        }
    }

    /// What comes after a search that found nothing.
    ///
    /// - Parameter doubt: How long a request that was about to be sent may take to show up in the provider's list.
    init(notFound batch: TakenBatch, doubt: Duration) {
        if let sinceTry = batch.sinceTry, sinceTry < doubt {
            self = .wait(doubt - sinceTry)
        } else {
            self = batch.isAbandoned ? .discard : .send
        }
    }
}
