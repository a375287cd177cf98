/// What somebody does whose item is written in a set with others: the first of a set does it for all.
enum SetTurn<Item: Sendable, Answer: Sendable>: Sendable {
    /// One of a set who waits for its first.
    struct Waiter: Sendable {
        let item: Item
        let continuation: CheckedContinuation<SetTurn, Never>
    }

    case lead(others: [Waiter])
    case done(Answer)
    case failed(any Error)

    /// The answer to an item whose turn it is; who leads does the work first, and tells the others.
    ///
    /// - Parameters:
    ///   - passOn: Called once a set has ended, by who has led it.
    ///   - work: Does a set; returns an answer for each item, in their order.
    func answer(
        to item: Item,
        passOn: () -> Void,
        by work: ([Item]) async throws -> [Answer]
    ) async throws -> Answer {
        switch self {
        case .done(let answer): return answer
        case .failed(let error): throw error
        case .lead(let others):
            defer { passOn() }
            do {
                let answers = try await work([item] + others.map(\.item))
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
}
