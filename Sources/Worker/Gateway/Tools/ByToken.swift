import Digests
import Synchronization

/// What serves the programs of attempts, by the tokens of these.
final class ByToken<Host: Sendable>: Sendable {
    private let hosts = Mutex<[SHA256Digest: Host]>([:])

    /// Registers a host, and makes its token.
    func add(_ host: Host) -> String {
        let token = GatewayRegistry.tokenPrefix + RandomBytes.token()
        hosts.withLock { $0[SHA256.digest(of: token.utf8)] = host }
        return token
    }

    func remove(_ token: String) { hosts.withLock { _ = $0.removeValue(forKey: SHA256.digest(of: token.utf8)) } }

    /// The host of a token; found by its digest, so that no comparison tells how much of a guess is right.
    func host(_ token: String) -> Host? { hosts.withLock { $0[SHA256.digest(of: token.utf8)] } }
}
