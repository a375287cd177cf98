import JobModel

/// What schedulers do, and the people behind them.
struct Scheduler: Sendable {
    /// How long a person looks into what became of a call: longer than one may still be under way.
    static let longestLook = 8_000

    let world: World
    let poisonLimit: Int

    private var database: ModelDatabase { world.database }
    private var chances: Chances { world.chances }

    /// Ends dead sessions, rescues their jobs, and makes jobs pending that are due.
    func repair(while isNeeded: () -> Bool) async {
        var ended: Set<Int> = []
        while isNeeded() {
            await world.time.sleep(chances.draw(50...800))
            await database.endDeadSessions(grace: 300) { session in
                world.sessions[session].map { ($0.isLockHeld, $0.lockedIn) } ?? (false, database.life)
            }
            if database.weakness == .rescuesOnce {
                let now = Set(database.tables.sessions.indices.filter { database.tables.sessions[$0].isEnded })
                let justEnded = now.subtracting(ended)
                if !justEnded.isEmpty { await database.rescue(poisonLimit: poisonLimit, of: justEnded) }
                ended = now
            } else {
                await database.rescue(poisonLimit: poisonLimit)
            }
            await database.readyDueJobs()
            if chances.percent(20) { await database.resumeBudgetWaiters(of: nil) }
        }
    }

    /// Decides what is asked.
    func people(while isNeeded: () -> Bool) async {
        while isNeeded() {
            await world.time.sleep(chances.draw(200...3_000))
            for (number, approval) in database.tables.approvals.enumerated() where approval.state == .open {
                guard approval.round > 0 else {
                    await database.decide(number, .approved)
                    continue
                }
                guard approval.askedAt + Self.longestLook <= world.time.now else { continue }
                let call = Outside.Call(job: approval.job, position: approval.position)
                let hasHappened = world.outside.made[call, default: 0] > 0
                let verdict: ApprovalState = chances.percent(10) ? .failed : hasHappened ? .happened : .notHappened
                world.note { "a person says of step \(call.position) of job \(call.job): \(verdict)" }
                await database.decide(number, verdict)
            }
        }
    }

    /// Raises budgets, first by little and at last to what is enough.
    func treasury(while isNeeded: () -> Bool, enoughAfter: Int) async {
        while isNeeded() {
            await world.time.sleep(chances.draw(1_000...8_000))
            let isLast = world.time.now > enoughAfter
            let budgets = database.tables.budgets.indices.filter { database.tables.budgets[$0].limit < 1_000_000 }
            guard !budgets.isEmpty else { return }
            let budget = chances.pick(budgets)
            let limit = isLast ? 1_000_000 : database.tables.budgets[budget].limit + chances.draw(0...40)
            world.note { "budget \(budget) is raised to \(limit)" }
            await database.setBudget(budget, limit: limit, diesBetween: chances.percent(20))
        }
    }
}
