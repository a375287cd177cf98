import JobModel

/// In what two runs differ.
struct RunDifference: Sendable {
    /// Lines of two texts, in order.
    enum Line: Equatable, Sendable {
        case same(String)
        case removed(String)
        case added(String)
    }

    /// A subject in which they differ.
    struct Part: Sendable {
        let title: String
        let lines: [Line]
    }

    /// The steps of a job, side by side.
    struct Job: Sendable {
        let name: String
        let states: (String, String)
        /// How many of its steps said and did the same.
        let equalSteps: Int
        let parts: [Part]
    }

    let runs: (ComparedRun, ComparedRun)
    let parts: [Part]
    let jobs: [Job]

    init(_ first: ComparedRun, _ second: ComparedRun) {
        runs = (first, second)
        parts = [
            Self.part("workflow", Self.lines(first.source), Self.lines(second.source)),
            Self.part("params", Self.lines(.object(first.params)), Self.lines(.object(second.params))),
        ].compactMap { $0 }
        let names = first.names + second.names.filter { !first.names.contains($0) }
        jobs = names.map { Self.job($0, first.jobs[$0], second.jobs[$0]) }
    }

    /// Whether they are the same in all but the money.
    var isEmpty: Bool { parts.isEmpty && jobs.allSatisfy { $0.parts.isEmpty && $0.states.0 == $0.states.1 } }

    private static func job(_ name: String, _ first: ComparedRun.Job?, _ second: ComparedRun.Job?) -> Job {
        let steps = (newest(first?.steps ?? []), newest(second?.steps ?? []))
        var positions = steps.0.map(\.position)
        positions += steps.1.map(\.position).filter { !positions.contains($0) }
        var parts: [Part] = []
        var equal = 0
        for position in positions.sorted() {
            let pair = (steps.0.first { $0.position == position }, steps.1.first { $0.position == position })
            let title = "\(position) \((pair.0 ?? pair.1)?.name ?? "")"
            let texts = (pair.0.map(TranscriptView.body) ?? [], pair.1.map(TranscriptView.body) ?? [])
            if let part = part(title, texts.0, texts.1) { parts.append(part) } else { equal += 1 }
        }
        if let part = part("output", (first?.output).map(lines) ?? [], (second?.output).map(lines) ?? []) {
            parts.append(part)
        }
        return Job(
            name: name,
            states: (first?.state ?? "missing", second?.state ?? "missing"),
            equalSteps: equal,
            parts: parts
        )
    }

    /// The last record of each step: the one that counts.
    private static func newest(_ steps: [TranscriptStep]) -> [TranscriptStep] {
        var seen: Set<String> = []
        return steps.reversed().filter { seen.insert($0.position).inserted }.reversed()
    }

    private static func lines(_ value: JSONValue) -> [String] { lines(JSONView.text(value)) }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Nil when the texts are the same.
    private static func part(_ title: String, _ first: [String], _ second: [String]) -> Part? {
        first == second ? nil : Part(title: title, lines: compare(first, second))
    }

    /// The lines of both texts in order, by Myers' algorithm as the standard library has it.
    static func compare(_ first: [String], _ second: [String]) -> [Line] {
        let difference = second.difference(from: first)
        var removed: [Int: String] = [:]
        var added: [Int: String] = [:]
        for change in difference {
            switch change {
            case .remove(let offset, let line, _): removed[offset] = line
            case .insert(let offset, let line, _): added[offset] = line
            }
        }
        var lines: [Line] = []
        var place = (0, 0)
        while place.0 < first.count || place.1 < second.count {
            if let line = removed[place.0], place.0 < first.count {
                lines.append(.removed(line))
                place.0 += 1
            } else if let line = added[place.1], place.1 < second.count {
                lines.append(.added(line))
                place.1 += 1
            } else {
                lines.append(.same(first[place.0]))
                place.0 += 1
                place.1 += 1
            }
        }
        return lines
    }
}

extension RunDifference {
    /// The comparison for programs.
    var json: JSONValue {
        [
            "runs": [Self.json(runs.0), Self.json(runs.1)],
            "equal": .bool(isEmpty),
            "parts": .array(parts.map(Self.json)),
            "jobs": .array(
                jobs.map { job in
                    [
                        "job": .string(job.name), "states": [.string(job.states.0), .string(job.states.1)],
                        "equal_steps": .integer(Int64(job.equalSteps)), "parts": .array(job.parts.map(Self.json)),
                    ]
                }
            ),
        ]
    }

    private static func json(_ run: ComparedRun) -> JSONValue {
        [
            "id": .integer(run.id), "state": .string(run.state), "paid_micro_usd": .integer(run.paid.rawValue),
            "saved_micro_usd": .integer(run.saved.rawValue),
        ]
    }

    private static func json(_ part: Part) -> JSONValue {
        [
            "title": .string(part.title),
            "lines": .array(
                part.lines.compactMap { line in
                    switch line {
                    case .same: nil
                    case .removed(let text): .string("-" + text)
                    case .added(let text): .string("+" + text)
                    }
                }
            ),
        ]
    }
}
