package import HTTPTransport
import Recordings
import Synchronization

/// The answer of a call that is under way, for all clients that wait for it.
///
/// It grows at the provider's pace, whether a client reads or not: what is paid for is kept. The largest answer bounds
/// it, and the room of all answers bounds many of them.
package final class AnswerBuffer: Sendable {
    /// What a client gets next.
    package enum Piece: Equatable, Sendable {
        /// Some bytes, and whether they are the last ones.
        case bytes([UInt8], isLast: Bool)
        case end
    }

    /// The most bytes of an answer: 32 MiB.
    package static let maximumBytes = KeptAnswer.maximumBytes

    /// The most bytes of a piece: 256 KiB.
    static let maximumPiece = 256 << 10

    private enum Ending: Sendable {
        case complete
        case failed(GatewayRefusal)
    }

    private struct State {
        var head: (status: Int, headers: HTTPHeaders)?
        var bytes: [UInt8] = []
        var ending: Ending?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let share: AnswerRoom.Share?

    /// - Parameter share: What it has of the room of all answers, as long as anybody holds it.
    package init(_ share: AnswerRoom.Share? = nil) { self.share = share }

    // MARK: The provider's side

    /// Waits until the answer may have `count` bytes.
    ///
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    package func makeRoom(for count: Int) async throws { try await share?.hold(count) }

    package func begin(status: Int, headers: HTTPHeaders) { change { $0.head = (status, headers) } }
    package func append(_ bytes: some Collection<UInt8>) { change { $0.bytes += bytes } }
    /// Adds the last bytes.
    package func complete(with bytes: some Collection<UInt8>) {
        change { state in
            state.bytes += bytes
            state.ending = .complete
        }
    }

    /// Is the whole answer at once: whoever waits for its head need not take it in pieces.
    package func complete(status: Int, headers: HTTPHeaders, _ bytes: [UInt8]) {
        change { state in
            state.head = (status, headers)
            state.bytes = bytes
            state.ending = .complete
        }
    }

    package func fail(_ refusal: GatewayRefusal) { change { $0.ending = .failed(refusal) } }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: The clients' side

    /// The head of the answer.
    ///
    /// - Throws: The refusal of a call that ended before an answer began.
    package func head() async throws(GatewayRefusal) -> (status: Int, headers: HTTPHeaders) {
        while true {
            let (head, ending) = state.withLock { ($0.head, $0.ending) }
            if let head { return head }
            if case .failed(let refusal) = ending { throw refusal }
            await changed { $0.head != nil || $0.ending != nil }
        }
    }

    /// All its bytes, where they are there.
    package var whole: [UInt8]? {
        state.withLock { state in
            guard case .complete = state.ending else { return nil }
            return state.bytes
        }
    }

    /// What comes behind the first `offset` bytes.
    ///
    /// - Throws: The refusal of an answer that broke off.
    package func next(after offset: Int) async throws(GatewayRefusal) -> Piece {
        while true {
            let (bytes, isAll, ending) = state.withLock { state in
                let bytes = Array(state.bytes.dropFirst(offset).prefix(Self.maximumPiece))
                return (bytes, offset + bytes.count == state.bytes.count, state.ending)
            }
            let isComplete = if case .complete = ending { true } else { false }
            if !bytes.isEmpty { return .bytes(bytes, isLast: isComplete && isAll) }
            switch ending {
            case .complete: return .end
            case .failed(let refusal): throw refusal
            case nil: await changed { $0.bytes.count > offset || $0.ending != nil }
            }
        }
    }

    /// Waits for the next change, unless what is waited for is there already.
    private func changed(_ isThere: (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isThere(state) { return true }
                state.waiters.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
