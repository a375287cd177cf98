import JobModel

extension WaitFacts {
    /// The one reason: what has to change first.
    var reason: WaitReason {
        switch room {
        case "running":
            return reason(.running, .running, "runs as attempt \(attempt) on \(worker ?? "a worker")", nil)
        case "blocked": return blocked
        case "held": return held
        case "delayed":
            let text = "attempt \(attempt) is due later: the one before it failed"
            return reason(.delayed, .retry, text, "its time, or chassis cancel \(run)", until: dueAt)
        case "suspended": return suspended
        case "pending": return pending
        default: return reason(JobState(rawValue: room) ?? .cancelled, .ended, "has ended: \(room)", nil)
        }
    }

    private func reason(
        _ state: JobState,
        _ code: WaitReason.Code,
        _ text: String,
        _ remedy: String?,
        since: Timestamp? = nil,
        until: Timestamp? = nil
    ) -> WaitReason {
        WaitReason(
            run: run,
            job: job,
            state: state,
            code: code,
            text: text,
            since: since ?? self.since,
            remedy: remedy,
            until: until
        )
    }

    private var blocked: WaitReason {
        guard let upstream else {
            // The last of its needs ends just now, or it is an item.
            return reason(.blocked, .items, "waits for its turn among the items of \(job)", "the end of another item")
        }
        let state = upstream.state == "held" ? "pending" : upstream.state
        let text = "needs \(upstream.name), which is \(state)"
        let remedy = "the end of \(upstream.name); chassis why \(run) \(upstream.name) tells what that one waits for"
        return reason(.blocked, .upstream, text, remedy)
    }

    private var pause: WaitReason? {
        if let runPausedAt {
            let remedy = "chassis resume \(run)"
            return reason(.pending, .runPaused, "run \(run) is paused", remedy, since: max(runPausedAt, since))
        }
        if let workflowPausedAt {
            let text = "the workflow \(workflow) is paused"
            let remedy = "chassis resume \(workflow)"
            return reason(.pending, .workflowPaused, text, remedy, since: max(workflowPausedAt, since))
        }
        return nil
    }

    private var held: WaitReason {
        if let pause { return pause }
        guard let gate else {
            return reason(.pending, .next, "its limits are looked at in a moment", nil)
        }
        let whose = gate.key.isEmpty ? gate.scope : "\(gate.scope), key \(gate.key)"
        let line = gate.before == 0 ? "" : "; \(standing(gate.before)) before it"
        if gate.isRate, let period = gate.period {
            let what = gate.isRun ? "runs" : "jobs"
            return reason(
                .pending,
                .rate,
                "\(gate.most) \(what) in \(period.shortText) may begin (\(whose)), and have\(line)",
                "time, or a higher rate in the workflow file",
                until: gate.before == 0 ? gate.opensAt : nil
            )
        }
        let what = gate.isRun ? gate.most == 1 ? "run" : "runs" : gate.most == 1 ? "job" : "jobs"
        let holders = gate.holders.map { "run \($0)" }
        let more = gate.most > holders.count ? ", …" : ""
        let shown = holders.isEmpty ? "" : " (\(holders.joined(separator: ", "))\(more))"
        return reason(
            .pending,
            .limit,
            "\(gate.most) \(what) at once may be active (\(whose)), and \(gate.most == 1 ? "is" : "are")\(shown)\(line)",
            "the end of one of them, or a higher limit in the workflow file"
        )
    }

    private var suspended: WaitReason {
        let what = detail.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
        let (code, text, remedy): (WaitReason.Code, String, String?) =
            switch waitsFor {
            case "approval": (.approval, "waits for a person\(what)", "chassis approvals lists what to decide")
            case "effect": (.effect, "waits for a person to say what became of a call\(what)", "chassis resolve")
            case "event": (.event, "waits for an event\(what)", "the event, as by chassis event send")
            case "budget": (.budget, "waits for money\(what)", "a higher budget, by chassis budgets set")
            case "run": (.run, "waits for the run that it started\(what)", "the end of that run")
            case "batch": (.batch, "waits for the answer to a batch\(what)", "the provider's answer")
            case "items": (.items, "waits for its items\(what)", "the end of all of them")
            default: (.time, "waits for a time\(what)", nil)
            }
        return reason(.suspended, code, text, remedy, until: dueAt)
    }

    private var pending: WaitReason {
        if isCancelled { return reason(.pending, .cancelled, "run \(run) is being cancelled", nil) }
        if let pause { return pause }
        let (base, asked) = Labels.split(queue)
        if let queuePausedAt {
            let since = max(queuePausedAt, since)
            return reason(
                .pending,
                .queuePaused,
                "the queue \(base) is paused",
                "chassis resume --queue \(base)",
                since: since
            )
        }
        guard !workers.isEmpty else {
            let text = "no live worker claims from the queue \(base)"
            return reason(.pending, .noWorker, text, "a worker with --queues \(base)")
        }
        let fit = workers.filter { Set($0.labels).isSuperset(of: asked) }
        guard !fit.isEmpty else {
            let text = "no live worker of the queue \(base) has \(asked.joined(separator: " and "))"
            return reason(.pending, .noLabel, text, "a worker with --labels \(asked.joined(separator: ","))")
        }
        let slots = fit.reduce(0) { $0 + $1.slots }
        let running = fit.reduce(0) { $0 + $1.running }
        if running >= slots {
            let line = beforeInQueue == 0 ? "" : ", and \(standing(beforeInQueue)) before it"
            let text = "all \(slots) slots of the workers of the queue \(base) are taken\(line)"
            return reason(.pending, .slots, text, "the end of a running job, or another worker")
        }
        guard beforeInQueue > 0 else { return reason(.pending, .next, "is claimed in a moment", nil) }
        let text =
            "stands behind \(counted(beforeInQueue)) \(beforeInQueue == 1 ? "other" : "others") in the queue \(base)"
        return reason(.pending, .behind, text, "their turn, a higher priority, or more workers")
    }

    private func standing(_ count: Int) -> String { "\(counted(count)) \(count == 1 ? "stands" : "stand")" }

    private func counted(_ count: Int) -> String {
        count >= Self.mostCounted ? "more than \(Self.mostCounted)" : "\(count)"
    }
}
