import JobModel

/// What people are asked, and what they say.
extension ModelDatabase {
    /// `ask_approval`, and what was said about it.
    ///
    /// - Returns: Nil when the lease is lost.
    func approval(_ job: Int, _ epoch: Int, _ position: Int, round: Int) async -> ApprovalState? {
        await transaction("ask_approval of \(step(position, job, epoch)), round \(round)") { transaction in
            let seen = await transaction.statement()
            guard seen.holds(job, epoch) else { return nil }
            await transaction.lock(.job(job, .running, epoch: epoch), .shared)
            guard tables.holds(job, epoch) else { return nil }
            let now = time.now
            if let row = seen.approval(job, position, round) { return seen.approvals[row].state }
            transaction.write {
                guard $0.approval(job, position, round) == nil else { return }
                $0.approvals.append(ApprovalRow(job: job, position: position, round: round, askedAt: now))
            }
            return .open
        }
    }

    /// `decide_approval`, and `resume_jobs`.
    func decide(_ approval: Int, _ state: ApprovalState) async {
        let row = tables.approvals[approval]
        await transaction("decide_approval of step \(row.position) of job \(row.job) as \(state)") { transaction in
            await lockRuns(of: [row.job], in: transaction)
            let seen = await transaction.statement()
            guard seen.approvals[approval].state == .open, !seen.jobs[row.job].room.isDone else { return }
            transaction.write { tables in
                tables.approvals[approval].state = state
                guard state == .notHappened else { return }
                for step in tables.steps[row.job].indices {
                    let found = tables.steps[row.job][step]
                    guard found.position == row.position, found.epoch <= row.round,
                        [.unknown, .started, .recorded].contains(found.state)
                    else { continue }
                    tables.steps[row.job][step].state = .dismissed
                }
            }
            await resume([row.job], in: transaction, isLocked: true)
        }
    }

    /// `set_budget`, which notes who is to be told, and what tells them; whoever does it may die in between.
    func setBudget(_ budget: Int, limit: Int, diesBetween: Bool) async {
        await transaction("set_budget \(budget) to \(limit)") { transaction in
            await transaction.lock(.budgets)
            let seen = await transaction.statement()
            transaction.write { $0.budgets[budget].limit = max(limit, $0.budgets[budget].limit) }
            for job in seen.jobs.indices where seen.jobs[job].budgets.contains(budget) {
                transaction.write { $0.jobs[job].newsOfBudgets.insert(budget) }
            }
        }
        if !diesBetween { await resumeBudgetWaiters(of: budget) }
    }

    /// Resumes those who wait for a budget that was set, and forgets them in the same transaction.
    ///
    /// - Parameter budget: Nil for all that nobody was told of yet.
    func resumeBudgetWaiters(of budget: Int?) async {
        guard weakness != .forgetsBudgetWaiters else { return }
        let seen = tables
        let told = seen.jobs.indices.filter {
            let news = seen.jobs[$0].newsOfBudgets
            return budget.map(news.contains) ?? !news.isEmpty
        }
        guard !told.isEmpty else { return }
        await transaction("resume_jobs of those that wait for budgets: \(told)") { transaction in
            await resume(told, in: transaction)
            transaction.write { tables in
                for job in told {
                    tables.jobs[job].budgets.subtract(seen.jobs[job].newsOfBudgets)
                    tables.jobs[job].newsOfBudgets.subtract(seen.jobs[job].newsOfBudgets)
                }
            }
        }
    }
}

extension Tables {
    func approval(_ job: Int, _ position: Int, _ round: Int) -> Int? {
        approvals.firstIndex { $0.job == job && $0.position == position && $0.round == round }
    }
}
