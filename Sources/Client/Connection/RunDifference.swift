import JobModel

/// In what two runs differ.
struct RunDifference: Sendable {
    /// Lines of two texts, in order.
    enum Line: Equatable, Sendable {
        case same(String)
        case removed(String)
        case added(String)
        /// So many lines become so many others, too many to be shown one by one.
        case replaced(Int, by: Int)
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
        let known = Set(first.names)
        let names = first.names + second.names.filter { !known.contains($0) }
        jobs = names.map { Self.job($0, first.jobs[$0], second.jobs[$0]) }
    }

    /// Whether they are the same in all but the money.
    var isEmpty: Bool { parts.isEmpty && jobs.allSatisfy { $0.parts.isEmpty && $0.states.0 == $0.states.1 } }

    private static func job(_ name: String, _ first: ComparedRun.Job?, _ second: ComparedRun.Job?) -> Job {
        let steps = (newest(first?.steps ?? []), newest(second?.steps ?? []))
        let found = (byPosition(steps.0), byPosition(steps.1))
        let positions = Set(found.0.keys).union(found.1.keys)
        var parts: [Part] = []
        var equal = 0
        for position in positions.sorted() {
            let pair = (found.0[position], found.1[position])
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

    private static func byPosition(_ steps: [TranscriptStep]) -> [String: TranscriptStep] {
        Dictionary(steps.map { ($0.position, $0) }) { first, _ in first }
    }

    private static func lines(_ value: JSONValue) -> [String] { lines(JSONView.text(value)) }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Nil when the texts are the same.
    private static func part(_ title: String, _ first: [String], _ second: [String]) -> Part? {
        first == second ? nil : Part(title: title, lines: LineDifference.compare(first, second))
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
                    case .replaced(let before, let after): .string("\(before) lines become \(after)")
                    }
                }
            ),
        ]
    }
}
