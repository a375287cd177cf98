import Digests
import Synchronization

/// Requests of a program that were refused before it was known which calls they are.
///
/// Whoever asks again for one of them says that it is a retry, and repeats no call: not that of an equal one either.
final class UnreadRequests: Sendable {
    /// The most that are remembered; the retry of any other one is taken for that of a call.
    private static let most = 1000

    private let counts = Mutex<[SHA256Digest: Int]>([:])

    /// Notes a request for which there was no room.
    ///
    /// - Parameter isRetry: Whether it repeats another one, which may be noted already.
    func add(_ mark: SHA256Digest, isRetry: Bool) {
        counts.withLock { counts in
            guard counts[mark] != nil || counts.count < Self.most else { return }
            counts[mark] = isRetry ? max(1, counts[mark, default: 0]) : counts[mark, default: 0] + 1
        }
    }

    /// Whether a retry is that of a request which is noted here; it is no longer then.
    func remove(_ mark: () -> SHA256Digest) -> Bool {
        // Most programs are never refused, and their requests need no digest.
        guard counts.withLock({ !$0.isEmpty }) else { return false }
        let mark = mark()
        return counts.withLock { counts in
            guard let count = counts[mark] else { return false }
            counts[mark] = count > 1 ? count - 1 : nil
            return true
        }
    }
}
