extension Budget {
    /// What a budget says to a call.
    package enum Room: Int, Comparable, Sendable {
        case granted
        /// It fits only if others settle for less than they have reserved.
        case wait
        /// It does not fit, and its job is suspended until the budget is raised or its period has turned.
        case held
        case refused
        /// Nobody knows what it can cost.
        case unpriced

        package static func < (left: Room, right: Room) -> Bool { left.rawValue < right.rawValue }
    }

    /// Decides whether a call fits; the function `chassis.intend_call` of the database says the same.
    ///
    /// Of several budgets the one counts that says the most.
    ///
    /// - Parameters:
    ///   - amount: The most that the call can cost; nil where nobody knows.
    ///   - used: What is paid, and what may have been.
    ///   - reserved: What calls under way may cost.
    package func room(for amount: MicroDollars?, used: MicroDollars, reserved: MicroDollars) -> Room {
        if mode == .soft { return .granted }
        guard let amount else { return .unpriced }
        if used + amount > limit { return mode == .hard ? .refused : .held }
        return used + reserved + amount > limit ? .wait : .granted
    }
}
