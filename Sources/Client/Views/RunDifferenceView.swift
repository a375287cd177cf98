import JobModel

/// A comparison of two runs for people.
struct RunDifferenceView {
    /// How many equal lines are shown around lines that differ.
    private static let context = 2

    private let difference: RunDifference

    init(_ difference: RunDifference) { self.difference = difference }

    var lines: [StyledLine] {
        var lines = [money(difference.runs.0, "-"), money(difference.runs.1, "+")]
        for part in difference.parts { lines += Self.lines(part, indent: "") }
        for job in difference.jobs {
            var head = StyledLine(job.name, .bold)
            head.append(
                job.states.0 == job.states.1 ? "  \(job.states.0)" : "  \(job.states.0) → \(job.states.1)"
            )
            head.append("  \(job.equalSteps) \(job.equalSteps == 1 ? "step is" : "steps are") the same", .dim)
            lines.append(head)
            for part in job.parts { lines += Self.lines(part, indent: "  ") }
        }
        if difference.isEmpty { lines.append(StyledLine("nothing differs but the money", .dim)) }
        return lines
    }

    private func money(_ run: ComparedRun, _ mark: String) -> StyledLine {
        StyledLine("\(mark) run \(run.id)").adding(
            "  \(run.state), paid \(run.paid.shown), saved \(run.saved.shown)",
            .dim
        )
    }

    /// The lines that differ, each with what stands around it, below the title.
    static func lines(_ part: RunDifference.Part, indent: String) -> [StyledLine] {
        var lines = [StyledLine(indent + part.title)]
        let changed = part.lines.indices.filter { if case .same = part.lines[$0] { false } else { true } }
        var shown = Set<Int>()
        for place in changed { shown.formUnion(max(0, place - context)...min(part.lines.count - 1, place + context)) }
        var isSkipping = false
        for (place, line) in part.lines.enumerated() {
            guard shown.contains(place) else {
                if !isSkipping { lines.append(StyledLine(indent + "  …", .dim)) }
                isSkipping = true
                continue
            }
            isSkipping = false
            switch line {
            case .same(let text): lines.append(StyledLine("\(indent)    \(text)", .dim))
            case .removed(let text): lines.append(StyledLine("\(indent)  - \(text)", .red))
            case .added(let text): lines.append(StyledLine("\(indent)  + \(text)", .green))
            case .replaced(let before, let after):
                lines.append(StyledLine("\(indent)    \(before) lines become \(after)", .dim))
            }
        }
        return lines
    }
}
