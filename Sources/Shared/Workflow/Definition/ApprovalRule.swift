package import JobModel

/// When an agent asks people before it goes on.
///
/// All that a rule says must hold. What cannot be told (an argument that is missing, a price that is not known) counts as
/// if it held: a rule asks once too often rather than once too little.
package struct ApprovalRule: Equatable, Sendable {
    /// What it is about.
    package enum Subject: Equatable, Sendable {
        /// Calls of tools with these names, in which `*` stands for any letters; nil for all tools.
        case calls(of: [String]?)
        /// What the agent comes to.
        case output
        /// Calls that a program makes of these models, `connection/model`, in which `*` stands for any letters.
        case models([String])
        /// Named steps of a program, in whose names `*` stands for any letters.
        case steps([String])
    }

    package let subject: Subject
    /// A condition on `arguments` and `tool`, on `arguments` alone, or on `output`.
    package let when: Expression?
    /// Only calls that do this when they are repeated.
    package let effect: Effect?
    /// Only when the job's model calls have cost at least so much.
    package let cost: MicroDollars?
    package let terms: ApprovalTerms

    package init(subject: Subject, when: Expression?, effect: Effect?, cost: MicroDollars?, terms: ApprovalTerms) {
        self.subject = subject
        self.when = when
        self.effect = effect
        self.cost = cost
        self.terms = terms
    }

    /// Whether a tool's name is one of those that the rule is about.
    package func isAbout(tool name: String) -> Bool {
        guard case .calls(let names) = subject else { return false }
        return names.map { $0.contains { Self.matches(name, $0) } } ?? true
    }

    /// Whether a model, `connection/model`, is one of those whose calls the rule is about.
    ///
    /// - Parameter name: With nothing behind the `/` where nobody knows the model, which may be any then.
    package func isAbout(model name: String) -> Bool {
        guard case .models(let names) = subject else { return false }
        return names.contains { name.hasSuffix("/") ? Self.mayGoOn(name, as: $0) : Self.matches(name, $0) }
    }

    /// Whether a named step is one of those that the rule is about.
    package func isAbout(step name: String) -> Bool {
        guard case .steps(let names) = subject else { return false }
        return names.contains { Self.matches(name, $0) }
    }

    /// Whether something that begins with `prefix` has the form of a pattern.
    private static func mayGoOn(_ prefix: String, as pattern: String) -> Bool {
        pattern.indices.contains { matches(prefix, String(pattern[...$0])) }
    }

    /// Whether a name has the form of a pattern, in which `*` stands for any letters.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let (name, pattern) = (Array(name.utf8), Array(pattern.utf8))
        // The place to come back to when what follows a star did not fit.
        var (at, place, star, resumed) = (0, 0, -1, 0)
        while at < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                (star, resumed) = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == name[at] {
                at += 1
                place += 1
            } else if star >= 0 {
                resumed += 1
                (at, place) = (resumed, star + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
