/// Does together what several ask for at the same time.
///
/// One set of a key is under way at a time, and whoever comes meanwhile is in the next one; one who comes alone waits for
/// nobody. The first of a set does it for all: its task must not be cancelled.
actor Gatherer<Key: Hashable & Sendable, Item: Sendable, Answer: Sendable> {
    typealias Work = @Sendable (Key, [Item]) async throws -> [Answer]

    /// The most items of a set.
    private let mostAtOnce = 64

    private enum Turn: Sendable {
        case lead(others: [Waiter])
        case done(Answer)
        case failed(any Error)
    }

    private struct Waiter: Sendable {
        let item: Item
        let continuation: CheckedContinuation<Turn, Never>
    }

    private let work: Work
    /// Who waits, of each key of which a set is under way.
    private var waiting: [Key: [Waiter]] = [:]

    /// - Parameter work: Does a set; returns an answer for each item, in their order.
    init(_ work: @escaping Work) { self.work = work }

    /// How many wait for the next set of their key.
    var waiterCount: Int { waiting.values.reduce(0) { $0 + $1.count } }

    /// Has an item done.
    func callAsFunction(_ key: Key, _ item: Item) async throws -> Answer {
        switch await turn(key, item) {
        case .done(let answer): return answer
        case .failed(let error): throw error
        case .lead(let others):
            defer { passOn(key) }
            do {
                let answers = try await work(key, [item] + others.map(\.item))
                for (other, answer) in zip(others, answers.dropFirst()) {
                    other.continuation.resume(returning: .done(answer))
                }
                return answers[0]
            } catch {
                for other in others { other.continuation.resume(returning: .failed(error)) }
                throw error
            }
        }
    }

    private func turn(_ key: Key, _ item: Item) async -> Turn {
        guard waiting[key] != nil else {
            waiting[key] = []
            return .lead(others: [])
        }
        return await withCheckedContinuation { waiting[key]?.append(Waiter(item: item, continuation: $0)) }
    }

    /// Lets the next set begin.
    private func passOn(_ key: Key) {
        guard let waiters = waiting[key], let leader = waiters.first else {
            waiting[key] = nil
            return
        }
        let others = waiters.dropFirst().prefix(mostAtOnce - 1)
        waiting[key] = Array(waiters.dropFirst(1 + others.count))
        leader.continuation.resume(returning: .lead(others: Array(others)))
    }
}
