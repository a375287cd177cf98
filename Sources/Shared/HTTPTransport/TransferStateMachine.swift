/// One transfer as its two sides see it: the engine brings the head, the bytes and the end; the reader takes them.
///
/// Generic over what waits, so that it can be tested without tasks.
struct TransferStateMachine<HeadWaiter, ChunkWaiter> {
    private enum State {
        /// Not started; may become `awaitingHead` or `cancelled`.
        case idle
        /// Started, no head yet; may become `receiving`, `ended` or `cancelled`.
        case awaitingHead(HeadWaiter)
        /// The body comes in and nobody waits for it; any later state may follow.
        case buffering(unread: [UInt8], isPaused: Bool)
        /// The body comes in and the reader waits for it; any later state but `draining` may follow.
        case awaitingChunk(ChunkWaiter)
        /// The engine is done; what is unread still goes to the reader.
        case ended(unread: [UInt8], failure: HTTPTransportError?)
        /// Nobody reads any more; the rest is thrown away while it is small.
        case draining(bytesLeft: Int)
        case cancelled
    }

    /// The most bytes that wait unread before the peer is held back.
    private let highWater: Int
    /// The most bytes that are thrown away to save a connection that nobody reads from any more.
    private let drainLimit: Int
    private var state = State.idle

    init(highWater: Int, drainLimit: Int) {
        self.highWater = highWater
        self.drainLimit = drainLimit
    }

    // MARK: The reader's side

    enum StartAction {
        case start
        case refuse(HeadWaiter)
    }

    mutating func startWanted(by waiter: HeadWaiter) -> StartAction {
        switch state {
        case .idle:
            state = .awaitingHead(waiter)
            return .start
        case .cancelled:
            return .refuse(waiter)
        case .awaitingHead, .buffering, .awaitingChunk, .ended, .draining:
            preconditionFailure("a transfer is started once")
        }
    }

    enum ReadAction {
        case wait
        case hand([UInt8], isUnpaused: Bool)
        case end
        case fail(HTTPTransportError)
        case refuse
    }

    mutating func chunkWanted(by waiter: ChunkWaiter) -> ReadAction {
        switch state {
        case .buffering(let unread, let isPaused):
            if unread.isEmpty, !isPaused {
                state = .awaitingChunk(waiter)
                return .wait
            }
            state = .buffering(unread: [], isPaused: false)
            return .hand(unread, isUnpaused: isPaused)
        case .ended(let unread, let failure):
            guard unread.isEmpty else {
                state = .ended(unread: [], failure: failure)
                return .hand(unread, isUnpaused: false)
            }
            return failure.map { .fail($0) } ?? .end
        case .cancelled:
            return .refuse
        case .awaitingChunk:
            preconditionFailure("a body has one reader")
        case .idle, .awaitingHead, .draining:
            preconditionFailure("a body is read between its head and its last holder's end")
        }
    }

    enum StopAction {
        case none
        case abort
        case abortRefusingHead(HeadWaiter)
        case abortRefusingChunk(ChunkWaiter)
    }

    mutating func cancelled() -> StopAction {
        switch state {
        case .idle:
            state = .cancelled
            return .none
        case .awaitingHead(let waiter):
            state = .cancelled
            return .abortRefusingHead(waiter)
        case .awaitingChunk(let waiter):
            state = .cancelled
            return .abortRefusingChunk(waiter)
        case .buffering, .draining:
            state = .cancelled
            return .abort
        case .ended, .cancelled:
            return .none
        }
    }

    enum AbandonAction {
        case none
        case abort
        case drain
    }

    /// The last holder of the response is gone.
    mutating func abandoned() -> AbandonAction {
        switch state {
        case .buffering(_, let isPaused):
            guard !isPaused else {
                state = .cancelled
                return .abort
            }
            state = .draining(bytesLeft: drainLimit)
            return .drain
        case .awaitingChunk, .awaitingHead:
            preconditionFailure("a reader that waits holds the response")
        case .idle, .ended, .draining, .cancelled:
            return .none
        }
    }

    // MARK: The engine's side

    /// Returns who waits for the head, or nil when the transfer was cancelled meanwhile.
    mutating func headArrived() -> HeadWaiter? {
        guard case .awaitingHead(let waiter) = state else { return nil }
        state = .buffering(unread: [], isPaused: false)
        return waiter
    }

    enum BytesAction {
        case kept
        case handOver(ChunkWaiter)
        /// Not taken: to be offered again after the reader has caught up.
        case pause
        case abort
    }

    mutating func bytesArrived(_ bytes: [UInt8]) -> BytesAction {
        switch state {
        case .awaitingChunk(let waiter):
            state = .buffering(unread: [], isPaused: false)
            return .handOver(waiter)
        case .buffering(var unread, _):
            guard unread.count < highWater else {
                state = .buffering(unread: unread, isPaused: true)
                return .pause
            }
            // Let go of the state's copy first, or every piece would copy all that is unread.
            state = .cancelled
            unread.append(contentsOf: bytes)
            state = .buffering(unread: unread, isPaused: false)
            return .kept
        case .draining(let bytesLeft):
            guard bytes.count <= bytesLeft else { return .abort }
            state = .draining(bytesLeft: bytesLeft - bytes.count)
            return .kept
        case .cancelled, .awaitingHead:
            return .abort
        case .idle, .ended:
            preconditionFailure("bytes arrive while a transfer runs")
        }
    }

    enum EndAction {
        case none
        case failHead(HeadWaiter, HTTPTransportError)
        case endBody(ChunkWaiter, HTTPTransportError?)
    }

    /// The engine is done with the transfer; `failure` is nil when the response is complete.
    mutating func ended(failure: HTTPTransportError?) -> EndAction {
        switch state {
        case .awaitingHead(let waiter):
            state = .ended(unread: [], failure: failure)
            // A connection that ends in the middle of the head is no fault to libcurl.
            return .failHead(waiter, failure ?? .cut(.waiting))
        case .awaitingChunk(let waiter):
            state = .ended(unread: [], failure: failure)
            return .endBody(waiter, failure)
        case .buffering(let unread, _):
            state = .ended(unread: unread, failure: failure)
            return .none
        case .draining:
            state = .ended(unread: [], failure: failure)
            return .none
        case .cancelled, .ended:
            return .none
        case .idle:
            preconditionFailure("a transfer ends after it was started")
        }
    }
}
