import JobModel

/// A run with everything that is known of its jobs.
struct RunDetail: Equatable, Sendable {
    let summary: RunSummary
    let jobs: [JobDetail]
    /// Model calls whose answer was recorded.
    let paidCalls: Int64
    /// Steps that attempts took from checkpoints.
    let replayedSteps: Int64
    /// Model calls whose outcome nobody knows.
    let unknownCalls: Int64
    let paid: MicroDollars
    let saved: MicroDollars
    /// Whether the model's price is known, so that the amounts mean something.
    let isPriced: Bool
    let isCancelRequested: Bool
    let budgets: [BudgetDetail]
    let deadlines: [Deadline]

    /// A deadline of the run, or of a job of it.
    struct Deadline: Equatable, Sendable {
        let job: String?
        let at: Timestamp?
        let passedAt: Timestamp?
        let otherwise: String
    }

    init(_ json: JSONValue) {
        summary = RunSummary(json)
        jobs = json.list("jobs").map(JobDetail.init)
        let steps = json["steps"] ?? .null
        paidCalls = steps.number("paid")
        replayedSteps = steps.number("replayed")
        unknownCalls = steps.number("unknown")
        let money = json["money"] ?? .null
        paid = MicroDollars(rawValue: money.number("paid_micro_usd"))
        saved = MicroDollars(rawValue: money.number("saved_micro_usd"))
        isPriced = money.flag("priced")
        budgets = json.list("budgets").map(BudgetDetail.init)
        deadlines = json.list("deadlines").map {
            Deadline(
                job: $0["job"]?.stringValue,
                at: $0.time("at"),
                passedAt: $0.time("passed_at"),
                otherwise: $0.text("otherwise")
            )
        }
        isCancelRequested = json.flag("cancel_requested")
    }
}
