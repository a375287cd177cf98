internal import JobModel

extension WatchTerms {
    /// The keys of a job that say how long it may wait and take.
    static let keys = ["queue_timeout", "total_timeout", "deadline"]

    /// Reads how long a job may wait and take.
    static func read(_ mapping: SourceMapping) -> [WatchTerms] {
        [
            mapping["queue_timeout"]?.duration().map { WatchTerms(.queue, $0) },
            mapping["total_timeout"]?.duration().map { WatchTerms(.total, $0) },
            mapping["deadline"].flatMap { WatchTerms(deadline: $0) },
        ].compactMap(\.self)
    }

    /// Reads a deadline: a duration, or a mapping; nil where it cannot be used, which is reported.
    init?(deadline field: SourceField) {
        guard case .mapping = field.node.content else {
            guard let length = field.duration() else { return nil }
            self.init(.deadline, length, otherwise: .tell)
            return
        }
        guard let mapping = field.mapping(KnownKeys(["within", "otherwise"])) else { return nil }
        let length = mapping.required("within", hint: "as in deadline: {within: 2h, otherwise: cancel}")?.duration()
        let otherwise = mapping["otherwise"].map { $0.choice(Otherwise.self) ?? .tell } ?? .tell
        guard let length else { return nil }
        self.init(.deadline, length, otherwise: otherwise)
    }
}

extension SourceField {
    /// The endings of a run of which somebody is told.
    func notices() -> Set<RunState> {
        var endings: Set<RunState> = []
        for element in elements(of: "endings", atMost: RunState.allCases.count) ?? [] {
            let known = RunState.allCases.filter(\.isFinal).map(\.rawValue)
            guard let word = element.text(of: "an ending of a run") else { continue }
            guard let state = RunState(rawValue: word), state.isFinal else {
                element.fault(
                    "\(quoted(word)) is no ending of a run",
                    hint: Spelling.hint(for: word, among: known) ?? "one of \(known.joined(separator: ", "))"
                )
                continue
            }
            endings.insert(state)
        }
        return endings
    }
}
