import JobModel

/// What is committed.
///
/// A copy is a snapshot.
struct Tables: Sendable {
    var jobs: [JobRow] = []
    var runs: [RunRow] = []
    var sessions: [SessionRow] = []
    /// By job.
    var steps: [[StepRow]] = []
    var budgets: [BudgetRow] = []
    var approvals: [ApprovalRow] = []
    var places = 0
    /// What must never be, and was.
    var violations: [String] = []

    func holds(_ job: Int, _ epoch: Int) -> Bool {
        if case .lease(_, epoch) = jobs[job].room { true } else { false }
    }

    func step(_ job: Int, _ epoch: Int, _ position: Int) -> Int? {
        steps[job].lastIndex { $0.epoch == epoch && $0.position == position }
    }

    /// Moves a job to another room.
    mutating func move(_ job: Int, to room: Room) {
        let before = jobs[job].room
        if !before.state.successors.contains(room.state) {
            violations.append("job \(job) went from \(before.state) to \(room.state)")
        }
        if case .lease(_, let epoch) = before {
            if epoch != jobs[job].endedEpoch + 1 || room.epoch != epoch {
                violations.append("job \(job) left epoch \(epoch) as \(room), and \(jobs[job].endedEpoch) ended last")
            }
            jobs[job].endedEpoch = epoch
        }
        jobs[job].room = room
        if room.isDone {
            jobs[job].isWoken = false
            runs[jobs[job].run].unfinished -= 1
        }
    }

    mutating func makeReady(_ job: Int) {
        places += 1
        move(job, to: .ready(epoch: jobs[job].room.epoch, place: places))
    }

    /// The function `chassis.settle_call`.
    mutating func settleCall(_ job: Int, _ step: Int, as outcome: StepRow.Money, cost: Int, weakness: Weakness?) {
        let row = steps[job][step]
        var (fromReserved, toPaid, toUnknown) = (0, 0, 0)
        switch (row.money, outcome) {
        case (.reserved, .settled): (fromReserved, toPaid) = (row.reserved, cost)
        case (.reserved, .unknown):
            (fromReserved, toUnknown) = (row.reserved, weakness == .forgivesUnknown ? 0 : row.reserved)
        case (.reserved, _): fromReserved = row.reserved
        case (.unknown, .settled): (toPaid, toUnknown) = (cost, -row.reserved)
        default: return
        }
        for budget in row.charges {
            budgets[budget].reserved -= fromReserved
            budgets[budget].paid += toPaid
            budgets[budget].unknown += toUnknown
            if budgets[budget].reserved < 0 {
                violations.append("budget \(budget) has \(budgets[budget].reserved) reserved")
            }
        }
        steps[job][step].money = outcome
    }
}
