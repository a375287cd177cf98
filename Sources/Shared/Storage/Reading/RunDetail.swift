/// One run whole: its jobs with their attempts and steps.
package struct RunDetail: Equatable, Sendable {
    package var summary: RunSummary
    /// In the order of the workflow file.
    package var jobs: [JobDetail]
    package var totals: RunTotals
}
