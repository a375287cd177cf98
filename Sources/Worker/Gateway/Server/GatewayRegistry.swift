import Digests
import Synchronization

/// The attempts that a gateway serves, by their tokens.
///
/// A token is good for its own attempt alone, and dead as soon as that ends.
final class GatewayRegistry: Sendable {
    /// What every token begins with, so that people and scanners see what it is.
    static let tokenPrefix = "chassis-attempt-"

    private let attempts = Mutex<[SHA256Digest: GatewayAttempt]>([:])

    /// Registers an attempt, and makes its token.
    func add(_ attempt: GatewayAttempt) -> String {
        let token = Self.tokenPrefix + RandomBytes.token()
        attempts.withLock { $0[SHA256.digest(of: token.utf8)] = attempt }
        return token
    }

    func remove(_ token: String) { attempts.withLock { $0[SHA256.digest(of: token.utf8)] = nil } }

    /// Removes all attempts: whoever runs them is gone.
    func removeAll() -> [GatewayAttempt] {
        attempts.withLock { attempts in
            defer { attempts = [:] }
            return Array(attempts.values)
        }
    }

    /// The attempt of a token; found by its digest, so that no comparison tells how much of a guess is right.
    func attempt(_ token: String) -> GatewayAttempt? { attempts.withLock { $0[SHA256.digest(of: token.utf8)] } }
}
