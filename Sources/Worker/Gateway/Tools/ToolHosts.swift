import Digests
import Synchronization

/// The hosts of tools, by the tokens of the attempts that they are for.
final class ToolHosts: Sendable {
    private let hosts = Mutex<[SHA256Digest: any ToolHost]>([:])

    /// Registers a host, and makes its token.
    func add(_ host: any ToolHost) -> String {
        let token = GatewayRegistry.tokenPrefix + RandomBytes.token()
        hosts.withLock { $0[SHA256.digest(of: token.utf8)] = host }
        return token
    }

    func remove(_ token: String) { hosts.withLock { _ = $0.removeValue(forKey: SHA256.digest(of: token.utf8)) } }

    /// The host of a token; found by its digest, so that no comparison tells how much of a guess is right.
    func host(_ token: String) -> (any ToolHost)? { hosts.withLock { $0[SHA256.digest(of: token.utf8)] } }
}
