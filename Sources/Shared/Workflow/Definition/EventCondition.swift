internal import JobModel

/// Which events there must be news of for a run to start.
package indirect enum EventCondition: Equatable, Sendable {
    /// An event of this name; updates of assets are events too.
    case event(String)
    case any([EventCondition])
    case all([EventCondition])

    /// The names in it, each once.
    package var names: [String] {
        var seen: Set<String> = []
        return allNames.filter { seen.insert($0).inserted }
    }

    private var allNames: [String] {
        switch self {
        case .event(let name): [name]
        case .any(let parts), .all(let parts): parts.flatMap(\.allNames)
        }
    }

    /// Whether somewhere in it several events must be there together.
    package var isJoint: Bool {
        switch self {
        case .event: false
        case .any(let parts): parts.contains(where: \.isJoint)
        case .all(let parts): parts.count > 1 || parts.contains(where: \.isJoint)
        }
    }

    /// The names whose news a run takes: those of the parts that hold, so that what waits for its counterpart in another
    /// part stays.
    ///
    /// - Parameter present: The names of which there is news.
    /// - Returns: Nil when the condition does not hold.
    package func taken(of present: Set<String>) -> Set<String>? {
        switch self {
        case .event(let name): return present.contains(name) ? [name] : nil
        case .any(let parts):
            let taken = parts.compactMap { $0.taken(of: present) }
            return taken.isEmpty ? nil : taken.reduce(into: []) { $0.formUnion($1) }
        case .all(let parts):
            var taken: Set<String> = []
            for part in parts {
                guard let more = part.taken(of: present) else { return nil }
                taken.formUnion(more)
            }
            return taken
        }
    }

    /// The condition for people, such as `any of a, (all of b, c)`.
    package var summary: String {
        switch self {
        case .event(let name): AssetName.asset(of: name) ?? name
        case .any(let parts): "any of " + Self.list(parts)
        case .all(let parts): "all of " + Self.list(parts)
        }
    }

    private static func list(_ parts: [EventCondition]) -> String {
        parts.map { part in if case .event = part { part.summary } else { "(\(part.summary))" } }
            .joined(separator: ", ")
    }
}
