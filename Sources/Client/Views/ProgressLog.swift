import JobModel

/// What changed between two looks at a run, as lines to append where nothing can be drawn again.
struct ProgressLog {
    private var states: [String: String] = [:]
    private var attempts: [String: Int64] = [:]
    private var runState = ""
    /// The steps that were reported, by job, epoch and position.
    private var steps: Set<String> = []

    /// Takes in a look at the run.
    ///
    /// - Returns: A line for each job that changed and each step that began or was recorded since the last look.
    mutating func observed(_ run: RunDetail, now: Timestamp) -> [StyledLine] {
        var lines: [StyledLine] = []
        if run.summary.state != runState {
            runState = run.summary.state
            lines.append(StyledLine("run \(run.summary.id)  ").adding(runState))
        }
        let jobs = JobTree(run.jobs).rows.flatMap { changes(of: $0.job, now: now) }
        // A run begins before its jobs and ends behind them.
        return run.summary.isFinal ? jobs + lines : lines + jobs
    }

    private mutating func changes(of job: JobDetail, now: Timestamp) -> [StyledLine] {
        let attempt = job.attempts.last?.epoch ?? 0
        let isNew = states[job.name] != job.state || attempts[job.name] != attempt
        let wasKnown = states[job.name] != nil
        states[job.name] = job.state
        attempts[job.name] = attempt
        let steps = newSteps(of: job)
        guard isNew, wasKnown || job.state != "blocked" else { return steps }
        // A job that started is reported before its steps, one that ended behind them.
        return job.state == "running" ? [Self.line(job, now: now)] + steps : steps + [Self.line(job, now: now)]
    }

    private mutating func newSteps(of job: JobDetail) -> [StyledLine] {
        job.steps.compactMap { step in
            guard step.state == "recorded" || step.state == "unknown",
                steps.insert("\(job.name)/\(step.epoch)/\(step.position)").inserted
            else { return nil }
            var line = StyledLine("  \(job.name)  \(step.position)  \(step.what)")
            if step.state == "unknown" { line.append("  outcome unknown") }
            if let usage = step.usage { line.append("  \(usage.input) tokens in, \(usage.output) out") }
            if let cost = step.cost { line.append("  \(cost.shown)") }
            return line
        }
    }

    private static func line(_ job: JobDetail, now: Timestamp) -> StyledLine {
        var line = StyledLine("\(job.name)  \(job.state)")
        if let attempt = job.attempts.last, job.state == "running" {
            line.append("  attempt \(attempt.number)")
            if let worker = attempt.worker { line.append(" on \(worker.shown)") }
            if attempt.replayedSteps > 0 { line.append(", \(MoneyLine.count(attempt.replayedSteps, "step")) replayed") }
        } else if JobState(rawValue: job.state)?.isFinal ?? false, let took = job.took(now: now) {
            line.append("  after \(took.shown)")
        }
        if job.state == "delayed", let due = job.dueAt { line.append("  due \(due.relative(to: now))") }
        if let waiting = job.waiting { line.append("  waits for \(waiting.shown)") }
        // What the last attempt failed with is why the job waits.
        if let error = job.error ?? (job.state == "delayed" ? job.attempts.last?.error : nil) {
            line.append("  \(error)")
        }
        return line
    }
}
