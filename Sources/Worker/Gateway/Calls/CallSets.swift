import Storage

/// Writes down calls that count in no budget, of all attempts, in sets: what became of some, and the intents of others.
///
/// A set with intents is under way at most once at a time, and so is one without. What comes meanwhile is in the next one; settlements
/// go along with intents, and alone where there are none. So one who comes alone waits for nobody, and an intent waits for no
/// settlement but those of its own set. The first of a set writes it for all: its task must not be cancelled.
actor CallSets {
    typealias Intent = (step: StepStore.Identity, call: PaidCall)
    typealias Work = @Sendable ([Item]) async throws -> [Answer]

    /// The most items of a kind in a set.
    static let mostAtOnce = 64

    enum Item: Sendable {
        case intent(Intent)
        case settlement(StepStore.SettledCall)

        var isIntent: Bool { if case .intent = self { true } else { false } }
    }

    enum Answer: Equatable, Sendable {
        case intended(StepStore.UnbudgetedIntent)
        case settled(Bool)
    }

    private typealias Turn = SetTurn<Item, Answer>
    private typealias Waiter = Turn.Waiter

    private let work: Work
    private var intents: [Waiter] = []
    private var settlements: [Waiter] = []
    /// Whether a set with intents, and one without, is under way.
    private var isIntending = false
    private var isSettling = false

    /// - Parameter work: Writes a set; returns an answer for each item, in their order.
    init(_ work: @escaping Work) { self.work = work }

    /// How many wait for the next sets.
    var waiterCounts: (intents: Int, settlements: Int) { (intents.count, settlements.count) }

    /// Has an item written.
    func callAsFunction(_ item: Item) async throws -> Answer {
        try await turn(item).answer(to: item, passOn: { passOn(behind: item) }, by: work)
    }

    private func turn(_ item: Item) async -> Turn {
        if item.isIntent, !isIntending {
            isIntending = true
            return .lead(others: Self.take(&settlements))
        }
        if !item.isIntent, !isIntending, !isSettling {
            isSettling = true
            return .lead(others: [])
        }
        return await withCheckedContinuation { continuation in
            let waiter = Waiter(item: item, continuation: continuation)
            if item.isIntent { intents.append(waiter) } else { settlements.append(waiter) }
        }
    }

    /// Lets the next set begin.
    private func passOn(behind leader: Item) {
        if leader.isIntent { isIntending = false } else { isSettling = false }
        guard !isIntending else { return }
        if !intents.isEmpty {
            isIntending = true
            let leader = intents.removeFirst()
            let others = Self.take(&intents, atMost: Self.mostAtOnce - 1) + Self.take(&settlements)
            leader.continuation.resume(returning: .lead(others: others))
        } else if !isSettling, !settlements.isEmpty {
            isSettling = true
            let leader = settlements.removeFirst()
            leader.continuation.resume(
                returning: .lead(others: Self.take(&settlements, atMost: Self.mostAtOnce - 1))
            )
        }
    }

    private static func take(_ waiters: inout [Waiter], atMost count: Int = mostAtOnce) -> [Waiter] {
        let taken = Array(waiters.prefix(count))
        waiters.removeFirst(taken.count)
        return taken
    }
}
