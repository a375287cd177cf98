package import Checkpoints

/// Finds out whether a step that a program named was done before.
///
/// Steps of one name and one input are told apart by the order in which they are asked for.
package struct StepMatcher: Sendable {
    package enum Decision: Equatable, Sendable {
        case serve(StepPosition)
        /// It is to be done, for the first time or once more.
        case run(StepPosition)
        /// It may have happened, and must not happen twice.
        case unknown(StepPosition)
    }

    private enum State: Equatable, Sendable {
        case recorded, unknown
        /// Failed, or under way in an earlier attempt that did nothing: the position is free.
        case free
        /// Asked for in this attempt, and not known yet what became of it.
        case underWay
        /// Served to, or recorded in, this attempt.
        case done

        /// Whether nobody else is given it.
        var isTaken: Bool { self == .underWay || self == .done }
    }

    private var entries: [Fingerprint: [(position: StepPosition, state: State)]] = [:]

    package init() {}

    package mutating func inheritedRecorded(_ position: StepPosition, _ fingerprint: Fingerprint) {
        inherited(position, fingerprint, .recorded)
    }

    /// Adds a step of which no record says what became of it.
    package mutating func inheritedUnknown(_ position: StepPosition, _ fingerprint: Fingerprint) {
        guard entries[fingerprint]?.contains(where: { $0.position == position }) != true else { return }
        inherited(position, fingerprint, .unknown)
    }

    /// Adds a step to its equals, in the order in which they were asked for: steps at once are recorded in another one.
    private mutating func inherited(_ position: StepPosition, _ fingerprint: Fingerprint, _ state: State) {
        let place = position.place(among: (entries[fingerprint] ?? []).lazy.map(\.position))
        entries[fingerprint, default: []].insert((position, state), at: place)
    }

    /// The program asks for a step.
    ///
    /// - Parameter mustNotRepeat: Whether its effect is once.
    package mutating func asked(
        _ fingerprint: Fingerprint,
        mustNotRepeat: Bool,
        newPosition: () -> StepPosition
    ) -> Decision {
        let known = entries[fingerprint] ?? []
        guard let index = known.firstIndex(where: { !$0.state.isTaken }) else {
            let position = newPosition()
            entries[fingerprint, default: []].append((position, .underWay))
            return .run(position)
        }
        let (position, state) = known[index]
        if state == .unknown, mustNotRepeat { return .unknown(position) }
        entries[fingerprint]?[index].state = state == .recorded ? .done : .underWay
        return state == .recorded ? .serve(position) : .run(position)
    }

    /// Whether a step would be run at a new place although its equal was asked for, or at that of a later one although its equal is
    /// under way, by a client that may just have gone.
    package func isBehindAnEqual(_ fingerprint: Fingerprint) -> Bool {
        let known = entries[fingerprint] ?? []
        guard let index = known.firstIndex(where: { !$0.state.isTaken }) else { return !known.isEmpty }
        return known[..<index].contains { $0.state == .underWay }
    }

    /// The record of a step did not reach the program: it is served to whoever asks next.
    package mutating func left(_ position: StepPosition, _ fingerprint: Fingerprint) {
        change(position, fingerprint, to: .recorded)
    }

    /// The program could not do a step it had asked for: it may ask again.
    package mutating func failed(_ position: StepPosition, _ fingerprint: Fingerprint) {
        change(position, fingerprint, to: .free)
    }

    /// What a program did is durable.
    package mutating func recorded(_ position: StepPosition, _ fingerprint: Fingerprint) {
        change(position, fingerprint, to: .done)
    }

    /// It is to be done in this attempt, as people say.
    package mutating func begun(_ position: StepPosition, _ fingerprint: Fingerprint) {
        change(position, fingerprint, to: .underWay)
    }

    /// What a program did could not be recorded: to whoever asks again, it may have happened.
    package mutating func doubted(_ position: StepPosition, _ fingerprint: Fingerprint) {
        change(position, fingerprint, to: .unknown)
    }

    private mutating func change(_ position: StepPosition, _ fingerprint: Fingerprint, to state: State) {
        guard let index = entries[fingerprint]?.firstIndex(where: { $0.position == position }) else { return }
        entries[fingerprint]?[index].state = state
    }
}
