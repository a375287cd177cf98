/// How much may be spent, and what happens when it is used up.
package struct Budget: Equatable, Sendable {
    /// Whose spending it bounds.
    package enum Scope: String, CaseIterable, Sendable {
        case job, run, team, connection
    }

    /// How long it counts, in UTC by the database's clock.
    package enum Period: String, CaseIterable, Sendable {
        /// Every run has it anew.
        case run
        case day
        case month
        /// It is never had anew.
        case total
    }

    /// What happens to a call that does not fit.
    package enum Mode: String, CaseIterable, Sendable {
        /// It is not made, and its job fails.
        case hard
        /// It is made, and somebody is told.
        case soft
        /// It is not made, and its job is suspended until the budget is raised or its period has turned.
        case hold

        /// As a workflow file says it under `on_exceeded`.
        package var word: String {
            switch self {
            case .hard: "refuse"
            case .soft: "warn"
            case .hold: "hold"
            }
        }

        /// The mode that a word of a workflow file stands for.
        package init?(word: String) {
            guard let mode = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = mode
        }
    }

    package var limit: MicroDollars
    package var mode: Mode

    package init(limit: MicroDollars, mode: Mode = .hard) {
        self.limit = limit
        self.mode = mode
    }
}
