import CLibCurl
import Synchronization

/// How other threads reach the engine's thread.
///
/// It owns libcurl's multi handle. The handle is `Sendable` by this rule: other threads only ever call
/// `curl_multi_wakeup` on it, the one function libcurl allows them; all else is done by `EngineLoop` on its thread.
final class EngineInbox: @unchecked Sendable {
    /// For the engine's thread alone.
    let multi: UnsafeMutableRawPointer
    private let commands = Mutex<[EngineCommand]>([])

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

    /// Queues a command and wakes the thread.
    func post(_ command: EngineCommand) {
        let isFirst = commands.withLock { commands in
            commands.append(command)
            return commands.count == 1
        }
        // Many commands are one wake-up: the thread takes all that have come. Within the lock it would wake up to wait for that.
        if isFirst { curl_multi_wakeup(multi) }
    }

    func take() -> [EngineCommand] {
        commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
    }
}
