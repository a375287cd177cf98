import JobModel

/// What must hold when a history has come to rest.
struct Rest {
    let world: World
    let workers: [SimulatedWorker]

    private var tables: Tables { world.database.tables }

    func violations() -> [String] {
        jobs() + calls() + money() + leaks()
    }

    /// Every job has ended, and as it may.
    private func jobs() -> [String] {
        tables.jobs.enumerated().compactMap { number, job in
            guard case .done(_, let state, let code, let output) = job.room else {
                return "job \(number) never ended: it is \(job)"
            }
            let program = world.programs[number]
            switch state {
            case .succeeded where output == program.output: return nil
            case .cancelled where tables.runs[job.run].isCancelled: return nil
            case .failed:
                switch code {
                case "poison": return nil
                case "broken" where program.steps.contains(.broken): return nil
                case "outcome-unknown" where program.steps.contains { $0.effect == .once }: return nil
                case "budget-exceeded" where program.budgets.contains { tables.budgets[$0].mode == .hard }: return nil
                default: return "job \(number) failed: \(code ?? "-")"
                }
            default: return "job \(number) is \(state) with \(output.map(String.init) ?? "nothing")"
            }
        }
    }

    /// What was made is needed, or listed as unknown; what must not be repeated was not.
    private func calls() -> [String] {
        world.outside.made.compactMap { call, count in
            let step = world.programs[call.job].steps[call.position]
            let rows = tables.steps[call.job].filter { $0.position == call.position }
            let unknown = rows.reduce(0) { $0 + $1.unknownCalls }
            let isRecorded = world.outside.recorded[call] != nil
            let name = "step \(call.position) of job \(call.job)"
            if step.needsIntent, count > (isRecorded ? 1 : 0) + unknown {
                return "\(name) was made \(count) times, and \(unknown) are listed as unknown"
            }
            if case .tool(.once, let policy) = step, policy != .retry, count > 1 {
                return "\(name) must not be repeated, and was made \(count) times"
            }
            return nil
        }.sorted()
    }

    /// The ledger covers the bill, and is equal to it where nothing is unknown.
    private func money() -> [String] {
        tables.budgets.enumerated().compactMap { number, budget in
            let billed = world.outside.billed[number]
            if budget.reserved != 0 { return "budget \(number) has \(budget.reserved) reserved at rest" }
            if budget.paid + budget.unknown < billed {
                return
                    "\(billed) were billed under budget \(number), and \(budget.paid) paid and \(budget.unknown) unknown are known"
            }
            if budget.unknown == 0, budget.paid != billed {
                return "\(billed) were billed under budget \(number), and \(budget.paid) are known"
            }
            return nil
        }
    }

    /// Nothing is left.
    private func leaks() -> [String] {
        var found: [String] = []
        for worker in workers where worker.process.isAlive && !worker.hasEnded && !worker.isIdle {
            found.append("the worker of session \(worker.session) has not got all of its slots back")
        }
        for (number, session) in tables.sessions.enumerated() where !session.isEnded {
            if world.sessions[number]?.isAlive != true { found.append("session \(number) has not ended") }
        }
        for (number, run) in tables.runs.enumerated() where run.unfinished != 0 {
            found.append("run \(number) has \(run.unfinished) jobs left")
        }
        for (number, steps) in tables.steps.enumerated() {
            for step in steps where step.state == .started { found.append("job \(number) has ended with \(step)") }
        }
        return found
    }
}
