import Synchronization

/// In which order the models of a job are asked: the one that answered last goes first.
final class ModelOrder: Sendable {
    private let first = Mutex(0)

    /// The places of so many models.
    func places(of count: Int) -> [Int] {
        let first = first.withLock { $0 }
        return (0..<count).map { (first + $0) % count }
    }

    /// Notes which one answered.
    func prefer(_ place: Int) { first.withLock { $0 = place } }
}
