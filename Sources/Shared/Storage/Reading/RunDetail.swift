/// One run whole: its jobs with their attempts and steps.
package struct RunDetail: Equatable, Sendable {
    package var summary: RunSummary
    /// In the order of the workflow file.
    package var jobs: [JobDetail]
    package var totals: RunTotals
    /// Those of the run and its jobs, once a call counted in them.
    package var budgets: [BudgetDetail]
    /// That of the run first, then those of its jobs.
    package var deadlines: [DeadlineDetail] = []
}
