import NIOCore
import Synchronization

/// One client that waits for an answer, and that it left before it had all of it, which is told once.
final class ClientTicket: Sendable {
    private enum State {
        /// Nothing was found for it yet; may become `waiting` or `gone`.
        case asking
        /// May become `sent` or `gone`.
        case waiting(onLeave: @Sendable () -> Void)
        /// The last bytes are on their way; may become `gone`.
        case sent(onLeave: @Sendable () -> Void)
        case gone
    }

    private let state = Mutex(State.asking)
    private let watch = Mutex<(@Sendable () -> Void)?>(nil)

    init() {}

    /// A client whose connection is watched, until `end`.
    convenience init(on channel: any Channel, _ hangUps: HangUps) {
        self.init()
        let end = hangUps.watch(channel) { self.hungUp() }
        watch.withLock { $0 = end }
    }

    /// Whether it has left.
    var hasGone: Bool { state.withLock { if case .gone = $0 { true } else { false } } }

    /// Something was found for the client; when it leaves without it, that is told, at once when it already has.
    func whenGone(_ onLeave: @escaping @Sendable () -> Void) {
        let hasGone = state.withLock { state in
            if case .gone = state { return true }
            state = .waiting(onLeave: onLeave)
            return false
        }
        if hasGone { onLeave() }
    }

    /// The last bytes are on their way: whoever hangs up now does so because it has them.
    func sendingLast() { state.withLock { if case .waiting(let onLeave) = $0 { $0 = .sent(onLeave: onLeave) } } }

    func hungUp() { leave(afterLast: false) }

    /// What was found for it is not sent, or not all of it.
    func writeFailed() { leave(afterLast: true) }

    /// Nothing more is sent to the client.
    func end() {
        let end = watch.withLock { watch in
            defer { watch = nil }
            return watch
        }
        end?()
    }

    private func leave(afterLast: Bool) {
        let onLeave = state.withLock { state -> (@Sendable () -> Void)? in
            switch state {
            case .waiting(let onLeave):
                state = .gone
                return onLeave
            case .sent(let onLeave) where afterLast:
                state = .gone
                return onLeave
            case .asking:
                state = .gone
                return nil
            case .sent, .gone: return nil
            }
        }
        onLeave?()
    }
}
