import Synchronization

/// The driver of one `TransferStateMachine`: shared by the engine's thread and the reader's task.
final class Transfer: Sendable {
    typealias HeadWaiter = CheckedContinuation<HTTPResponseHead, any Error>
    typealias ChunkWaiter = CheckedContinuation<[UInt8]?, any Error>

    /// The most bytes that wait unread before the peer is held back.
    static let highWater = 256 * 1024
    /// The most bytes that are thrown away to save a connection that nobody reads from any more.
    static let drainLimit = 64 * 1024

    private let inbox: EngineInbox
    private let machine = Mutex(
        TransferStateMachine<HeadWaiter, ChunkWaiter>(highWater: highWater, drainLimit: drainLimit)
    )

    init(inbox: EngineInbox) { self.inbox = inbox }

    // MARK: The reader's side

    /// Sends the request and waits for the head of the response.
    func start(_ request: HTTPRequest) async throws -> HTTPResponseHead {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                switch machine.withLock({ $0.startWanted(by: waiter) }) {
                case .start: inbox.post(.start(self, request))
                case .refuse(let waiter): waiter.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The next piece of the body, nil at its end.
    func nextChunk() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                switch machine.withLock({ $0.chunkWanted(by: waiter) }) {
                case .wait: break
                case .hand(let chunk, let isUnpaused):
                    if isUnpaused { inbox.post(.unpause(self)) }
                    waiter.resume(returning: chunk)
                case .end: waiter.resume(returning: nil)
                case .fail(let failure): waiter.resume(throwing: failure)
                case .refuse: waiter.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends the transfer at once; whoever waits gets a `CancellationError`.
    func cancel() {
        switch machine.withLock({ $0.cancelled() }) {
        case .none: break
        case .abort: inbox.post(.abort(self))
        case .abortRefusingHead(let waiter):
            inbox.post(.abort(self))
            waiter.resume(throwing: CancellationError())
        case .abortRefusingChunk(let waiter):
            inbox.post(.abort(self))
            waiter.resume(throwing: CancellationError())
        }
    }

    /// Nobody reads any more.
    func abandon() {
        switch machine.withLock({ $0.abandoned() }) {
        case .none: break
        case .abort: inbox.post(.abort(self))
        case .drain: inbox.post(.drain(self))
        }
    }

    // MARK: The engine's side

    func headArrived(_ head: HTTPResponseHead) {
        machine.withLock { $0.headArrived() }?.resume(returning: head)
    }

    /// What libcurl is told about the bytes it brought.
    enum Reception { case taken, pause, abort }

    func bytesArrived(_ bytes: [UInt8]) -> Reception {
        switch machine.withLock({ $0.bytesArrived(bytes) }) {
        case .kept: return .taken
        case .handOver(let waiter):
            waiter.resume(returning: bytes)
            return .taken
        case .pause: return .pause
        case .abort: return .abort
        }
    }

    func ended(failure: HTTPTransportError?) {
        switch machine.withLock({ $0.ended(failure: failure) }) {
        case .none: break
        case .failHead(let waiter, let failure): waiter.resume(throwing: failure)
        case .endBody(let waiter, nil): waiter.resume(returning: nil)
        case .endBody(let waiter, let failure?): waiter.resume(throwing: failure)
        }
    }
}
