import Digests
import Synchronization

/// What serves the programs of attempts, by the tokens of these.
///
/// A token is good for its own attempt alone, and dead as soon as that ends.
final class AttemptTokens<Served: Sendable>: Sendable {
    private let served = Mutex<[SHA256Digest: Served]>([:])

    /// Makes the token of an attempt.
    func add(_ attempt: Served) -> String {
        // What every token begins with, so that people and scanners see what it is.
        let token = "chassis-attempt-" + RandomBytes.token()
        served.withLock { $0[SHA256.digest(of: token.utf8)] = attempt }
        return token
    }

    func remove(_ token: String) { served.withLock { _ = $0.removeValue(forKey: SHA256.digest(of: token.utf8)) } }

    /// Removes all: whoever runs the attempts is gone.
    func removeAll() -> [Served] {
        served.withLock { served in
            defer { served = [:] }
            return Array(served.values)
        }
    }

    /// What serves the program with a token; found by its digest, so that no comparison tells how much of a guess is right.
    subscript(_ token: String) -> Served? { served.withLock { $0[SHA256.digest(of: token.utf8)] } }
}
