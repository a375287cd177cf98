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
        isCancelRequested = json.flag("cancel_requested")
    }
}
