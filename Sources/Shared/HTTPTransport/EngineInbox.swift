import CLibCurl
import Synchronization

/// How other threads reach the engine's thread.
///
/// It owns libcurl's multi handle. The handle is `Sendable` by this rule: other threads only ever call
/// `curl_multi_wakeup` on it, the one function libcurl allows them; all else is done by `EngineLoop` on its thread.
final class EngineInbox: @unchecked Sendable {
    private struct State {
        var commands: [EngineCommand] = []
        var isClosed = false
    }

    /// For the engine's thread alone.
    let multi: UnsafeMutableRawPointer
    private let state = Mutex(State())

    /// libcurl's global state, made once.
    private static let library: Void = {
        let code = chassis_curl_initialise()
        precondition(code == CURLE_OK, "libcurl does not start: error \(code.rawValue)")
    }()

    init() {
        _ = Self.library
        guard let multi = curl_multi_init() else { preconditionFailure("out of memory") }
        self.multi = multi
    }

    deinit {
        let code = curl_multi_cleanup(multi)
        precondition(code == CURLM_OK, "a transfer outlived its engine: error \(code.rawValue)")
    }

    /// Queues a command and wakes the thread; a request that comes after the end of the engine fails at once.
    func post(_ command: EngineCommand) {
        let isAccepted = state.withLock { state in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            // Many commands are one wake-up: the thread takes all that have come.
            if state.commands.count == 1 { curl_multi_wakeup(multi) }
            return true
        }
        if !isAccepted, case .start(let transfer, _) = command { transfer.ended(failure: .closed) }
    }

    func take() -> [EngineCommand] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Lets nothing more in, and returns what had come.
    func close() -> [EngineCommand] {
        state.withLock { state in
            defer { state = State(isClosed: true) }
            return state.commands
        }
    }
}
