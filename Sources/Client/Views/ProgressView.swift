/// A run that is being followed on a terminal: a line for the run and one for each job, drawn again and again.
struct ProgressView {
    private static let spinner = Array("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏").map(String.init)

    let run: RunDetail
    let now: Timestamp
    /// Grows with every drawing; turns the spinner.
    let frame: Int

    var lines: [StyledLine] {
        let summary = run.summary
        var head = StyledLine("run \(summary.id)  ", .bold)
        head.append("\(summary.workflow)  ")
        head.append(StateMark.cell(summary.state))
        if let took = summary.took(now: now) { head.append("  \(took.shown)", .dim) }
        if run.paidCalls > 0 { head.append("  \(MoneyLine.count(run.paidCalls, "model call")) paid", .dim) }
        let rows = JobTree(run.jobs).rows
        let widest = rows.map { TextWidth.of($0.branch) + TextWidth.of($0.job.name) }.max() ?? 0
        return [head] + rows.map { line($0, nameWidth: widest) }
    }

    private func line(_ row: JobTree.Row, nameWidth: Int) -> StyledLine {
        let job = row.job
        let mark = StateMark(job.state)
        let symbol = job.state == "running" ? Self.spinner[frame % Self.spinner.count] : mark.symbol
        var line = StyledLine("  ")
        line.append("\(symbol) ", mark.style)
        line.append(StyledLine(row.branch, .dim).adding(job.name, .bold).padded(to: nameWidth))
        line.append("  ")
        line.append(StyledLine(job.state, mark.style).padded(to: 9))
        if let took = job.took(now: now) { line.append("  \(took.shown)") }
        line.append(details(job), .dim)
        return line
    }

    private func details(_ job: JobDetail) -> String {
        var parts: [String] = []
        if job.attempts.count > 1 { parts.append("attempt \(job.attempts.count)") }
        if let replayed = job.attempts.last?.replayedSteps, replayed > 0 {
            parts.append("\(MoneyLine.count(replayed, "step")) replayed")
        }
        if job.state == "delayed", let due = job.dueAt { parts.append("due \(due.relative(to: now))") }
        if let waiting = job.waiting { parts.append("waits for \(waiting.shown)") }
        if let step = job.currentStep {
            parts.append("\(step.position) \(step.what)")
        } else if !job.steps.isEmpty {
            parts.append(MoneyLine.count(Int64(job.steps.count), "step"))
        }
        if let error = job.error ?? (job.state == "running" ? nil : job.attempts.last?.error) { parts.append(error) }
        return parts.isEmpty ? "" : "  " + parts.joined(separator: " · ")
    }
}
