import JobModel

/// In which room a job stands.
enum Room: Equatable, Sendable {
    case ready(epoch: Int, place: Int)
    case lease(session: Int, epoch: Int)
    case waiting(Waiting)
    case done(epoch: Int, state: JobState, code: String?, output: Int?)

    struct Waiting: Equatable, Sendable {
        let epoch: Int
        let isSuspended: Bool
        let due: Int?
    }

    var state: JobState {
        switch self {
        case .ready: .pending
        case .lease: .running
        case .waiting(let waiting): waiting.isSuspended ? .suspended : .delayed
        case .done(_, let state, _, _): state
        }
    }

    var epoch: Int {
        switch self {
        case .ready(let epoch, _), .lease(_, let epoch), .done(let epoch, _, _, _): epoch
        case .waiting(let waiting): waiting.epoch
        }
    }

    /// The row of a job in this room.
    func lock(_ job: Int) -> ModelDatabase.Lock { .job(job, state, epoch: epoch) }

    var session: Int? { if case .lease(let session, _) = self { session } else { nil } }
    var isDone: Bool { if case .done = self { true } else { false } }
    var isReady: Bool { if case .ready = self { true } else { false } }
}

struct JobRow: Sendable {
    let run: Int
    var room: Room
    var attempt = 1
    var failures = 0
    var losses = 0
    /// The last epoch that has ended; each ends once, in their order.
    var endedEpoch = 0
    var isWoken = false
    /// The budgets that it waits for.
    var budgets: Set<Int> = []
    /// Those of them that were set since, and nobody has told it.
    var newsOfBudgets: Set<Int> = []
}

struct RunRow: Sendable {
    var isCancelled = false
    var unfinished: Int
}

struct SessionRow: Sendable {
    var leaseEnds: Int
    var lockMissingSince: Int?
    var isEnded = false
}

/// An intent, and what became of it.
struct StepRow: Sendable, CustomStringConvertible {
    enum State: Sendable { case started, recorded, failed, unknown, dismissed }
    enum Money: Sendable { case reserved, settled, unknown, cancelled }

    let epoch: Int
    let position: Int
    let effect: Effect
    /// Which call of the step it is for, counted from 1.
    var call = 1
    var state = State.started
    var unknownCalls = 0
    var money: Money?
    var reserved = 0
    /// The budgets that it counts in.
    var charges: [Int] = []

    var description: String {
        let money = money.map { "\(reserved) \($0)" } ?? "no money"
        return "step \(position) (epoch \(epoch), call \(call), \(state), \(unknownCalls) unknown, \(money))"
    }
}

/// What a budget has come to.
struct BudgetRow: Sendable {
    var limit: Int
    let mode: Budget.Mode
    var reserved = 0
    var paid = 0
    var unknown = 0

    var budget: Budget { Budget(limit: MicroDollars(rawValue: Int64(limit)), mode: mode) }
}

struct ApprovalRow: Sendable {
    let job: Int
    let position: Int
    /// The epoch of the attempt that is asked about; 0 for a question before the step.
    let round: Int
    let askedAt: Int
    var state = ApprovalState.open
}
