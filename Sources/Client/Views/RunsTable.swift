import JobModel

/// The list of runs.
enum RunsTable {
    static func lines(_ runs: [RunSummary], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !runs.isEmpty else { return [StyledLine("no runs", .dim)] }
        var table = Table([
            .init(title: "run", alignment: .right), .init(title: "workflow", isFlexible: true), .init(title: "state"),
            .init(title: "jobs", dispensable: 3), .init(title: "created", dispensable: 2),
            .init(title: "took", alignment: .right, dispensable: 4),
            .init(title: "cost", alignment: .right, dispensable: 1),
            .init(title: "params", isFlexible: true, dispensable: 5),
        ])
        for run in runs {
            table.add([
                StyledLine(String(run.id), .bold), StyledLine("\(run.workflow) v\(run.version)"),
                StateMark.cell(run.state), jobs(run), StyledLine(run.createdAt?.relative(to: now) ?? "", .dim),
                StyledLine(run.took(now: now)?.shown ?? ""), StyledLine(run.cost > .zero ? run.cost.shown : ""),
                StyledLine(params(run), .dim),
            ])
        }
        return table.lines(width: width)
    }

    /// Such as `2/3`: the jobs that have ended, and all.
    private static func jobs(_ run: RunSummary) -> StyledLine {
        let ended = ["succeeded", "failed", "skipped", "cancelled"].reduce(0) { $0 + (run.jobCounts[$1] ?? 0) }
        return StyledLine("\(ended)/\(run.jobCounts.values.reduce(0, +))")
    }

    /// The params as `key=value`, texts without quotes.
    static func params(_ run: RunSummary) -> String {
        run.params.map { "\($0.key)=\($0.value.stringValue ?? $0.value.text())" }.joined(separator: " ")
    }
}
