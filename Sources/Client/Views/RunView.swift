import JobModel

/// One run whole: its graph, attempts, steps and money.
struct RunView {
    let run: RunDetail
    let now: Timestamp

    /// The page that `chassis show` prints.
    func lines(width: Int?) -> [StyledLine] {
        var sections = [head, graph(width)]
        sections += [problems, deadlines, waits, attempts(width), steps(width)].filter { !$0.isEmpty }
        sections.append([MoneyLine.line(run)])
        if !run.budgets.isEmpty { sections.append(BudgetsTable.lines(run.budgets, now: now, width: width)) }
        return Array(sections.joined(separator: [StyledLine()]))
    }

    private var head: [StyledLine] {
        let summary = run.summary
        var title = StyledLine("run \(summary.id)  ", .bold)
        title.append("\(summary.workflow) v\(summary.version)  ")
        title.append(StateMark.cell(summary.state))
        if run.isCancelRequested, !summary.isFinal { title.append("  cancel requested", .yellow) }
        var facts: [String] = []
        if !summary.team.isEmpty { facts.append("team \(summary.team)") }
        if let created = summary.createdAt { facts.append("created \(created.relative(to: now))") }
        if let took = summary.took(now: now) {
            facts.append("\(summary.isFinal ? "took" : "running for") \(took.shown)")
        }
        var lines = [title, StyledLine(facts.joined(separator: " · "), .dim)]
        if !summary.params.isEmpty { lines.append(StyledLine("params  ", .dim).adding(RunsTable.params(summary))) }
        return lines
    }

    private func graph(_ width: Int?) -> [StyledLine] {
        var table = Table([
            .init(title: "job", isFlexible: true, narrowest: 20), .init(title: "kind", dispensable: 3),
            .init(title: "state"),
            .init(title: "attempts", alignment: .right, dispensable: 5),
            .init(title: "took", alignment: .right, dispensable: 1),
            .init(title: "steps", alignment: .right, dispensable: 4),
            .init(title: "cost", alignment: .right, dispensable: 2),
            .init(title: "also after", isFlexible: true, dispensable: 6),
        ])
        for row in JobTree(run.jobs).rows {
            let job = row.job
            table.add([
                StyledLine(row.branch, .dim).adding(job.name, .bold).adding(job.items.map { "  \($0)" } ?? "", .dim),
                StyledLine(job.kind), Self.state(job, now: now),
                StyledLine(job.attempts.isEmpty ? "" : String(job.attempts.count)),
                StyledLine(job.took(now: now)?.shown ?? ""),
                StyledLine(job.steps.isEmpty ? "" : String(job.steps.count)),
                StyledLine(job.cost > .zero ? job.cost.shown : ""),
                StyledLine(row.otherNeeds.joined(separator: ", "), .dim),
            ])
        }
        return table.lines(width: width)
    }

    private var problems: [StyledLine] {
        run.jobs.compactMap { job in
            job.error.map { StyledLine("✗ \(job.name): ", .red).adding($0) }
        }
    }

    private var deadlines: [StyledLine] {
        run.deadlines.compactMap { deadline in
            let whose = deadline.job.map { "\($0): deadline" } ?? "deadline"
            guard let at = deadline.at else { return nil }
            guard deadline.passedAt != nil else {
                return run.summary.isFinal ? nil : StyledLine("\(whose) \(at.relative(to: now))", .dim)
            }
            let then = deadline.otherwise == "tell" ? "" : ", otherwise \(deadline.otherwise)"
            return StyledLine("! \(whose) passed \(at.relative(to: now))\(then)", .yellow)
        }
    }

    private func attempts(_ width: Int?) -> [StyledLine] {
        var table = Table([
            .init(title: "attempt", isFlexible: true, narrowest: 16), .init(title: "state"),
            .init(title: "worker", isFlexible: true, dispensable: 1), .init(title: "started", dispensable: 4),
            .init(title: "took", alignment: .right, dispensable: 3),
            .init(title: "replayed", isFlexible: true, dispensable: 2),
            .init(title: "error", isFlexible: true, narrowest: 24),
        ])
        for job in run.jobs {
            for attempt in job.attempts {
                table.add([
                    StyledLine("\(job.name) \(attempt.number)"), StateMark.cell(attempt.state),
                    StyledLine(attempt.worker?.shown ?? ""),
                    StyledLine(attempt.startedAt?.relative(to: now) ?? "", .dim),
                    StyledLine(attempt.took(now: now)?.shown ?? ""), StyledLine(Self.replayed(attempt)),
                    StyledLine(attempt.error ?? "", .red),
                ])
            }
        }
        return table.rows.isEmpty ? [] : table.lines(width: width)
    }

    private func steps(_ width: Int?) -> [StyledLine] {
        var table = Table([
            .init(title: "step", isFlexible: true, narrowest: 20),
            .init(title: "what", isFlexible: true, dispensable: 3), .init(title: "state"),
            .init(title: "effect", dispensable: 6), .init(title: "took", alignment: .right, dispensable: 4),
            .init(title: "tokens in", alignment: .right, dispensable: 8),
            .init(title: "out", alignment: .right, dispensable: 7),
            .init(title: "cost", alignment: .right, dispensable: 1),
            .init(title: "attempt", alignment: .right, dispensable: 5), .init(title: "replayed", dispensable: 2),
            .init(title: "error", isFlexible: true, narrowest: 24),
        ])
        for job in run.jobs {
            for step in job.steps { table.add(Self.row(step, of: job)) }
        }
        return table.rows.isEmpty ? [] : table.lines(width: width)
    }

    /// The state of a job, and when a delayed one is due.
    static func state(_ job: JobDetail, now: Timestamp) -> StyledLine {
        let cell = StateMark.cell(job.state)
        guard job.state == "delayed", let due = job.dueAt else { return cell }
        return cell.adding(" (due \(due.relative(to: now)))", .dim)
    }

    /// What suspended jobs wait for, since when, and until when at the latest.
    private var waits: [StyledLine] {
        run.jobs.compactMap { job in
            guard let waiting = job.waiting else { return nil }
            var facts: [String] = []
            if let since = waiting.since { facts.append("since \(since.relative(to: now))") }
            if let due = job.dueAt { facts.append("goes on \(due.relative(to: now))") }
            return StyledLine("◐ \(job.name) ", .yellow).adding("waits for \(waiting.shown)")
                .adding(facts.isEmpty ? "" : "  (\(facts.joined(separator: ", ")))", .dim)
        }
    }

    private static func row(_ step: StepDetail, of job: JobDetail) -> [StyledLine] {
        let took = step.startedAt.flatMap { start in step.settledAt.map { $0.since(start).shown } } ?? ""
        return [
            StyledLine("\(job.name) ", .dim).adding(step.position), StyledLine(step.what), StateMark.cell(step.state),
            StyledLine(step.effect == "none" ? "" : step.effect), StyledLine(took),
            StyledLine(step.usage.map { String($0.input) } ?? ""),
            StyledLine(step.usage.map { String($0.output) } ?? ""),
            StyledLine(step.cost.map { $0.shown } ?? ""),
            StyledLine(job.attempts.count > 1 ? String(step.attempt) : ""),
            StyledLine(replays(step, in: job), .green), StyledLine(step.error ?? "", .red),
        ]
    }

    /// How many later attempts took the step from its checkpoint, such as `1×`.
    ///
    /// Not which: after a release the next attempt bears the same number.
    private static func replays(_ step: StepDetail, in job: JobDetail) -> String {
        guard step.state == "recorded" else { return "" }
        let later = job.attempts.count { $0.epoch > step.epoch && $0.replayedSteps > 0 }
        return later == 0 ? "" : "\(later)×"
    }

    private static func replayed(_ attempt: AttemptDetail) -> String {
        var parts: [String] = []
        if attempt.replayedSteps > 0 { parts.append(MoneyLine.count(attempt.replayedSteps, "step")) }
        if attempt.replayedCalls > 0 { parts.append(MoneyLine.count(attempt.replayedCalls, "model call")) }
        if attempt.saved > .zero { parts.append("\(attempt.saved.shown) saved") }
        if attempt.damaged > 0 { parts.append("\(MoneyLine.count(attempt.damaged, "damaged record"))") }
        return parts.joined(separator: ", ")
    }
}
