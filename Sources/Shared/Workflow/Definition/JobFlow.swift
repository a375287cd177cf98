package import JobModel

/// How a job stands in the graph of its run, besides what it needs.
package struct JobFlow: Equatable, Sendable {
    /// When a job runs that follows the ending of its run.
    package enum Hook: String, CaseIterable, Sendable {
        /// The run has failed.
        case onFailure = "on_failure"
        /// The run has succeeded.
        case onSuccess = "on_success"
    }

    /// What its needs must have come to, by default that all have succeeded.
    package var rule = NeedsRule.allSucceeded
    /// Set where the job follows the ending of its run.
    package var hook: Hook?
    /// The job that sets up what this one takes down.
    package var setup: String?
    /// The group it belongs to.
    package var group: String?
    /// Whether its failure leaves the run's state alone.
    package var mayFail = false
    /// How it is done again until its output is good; nil for once.
    package var loop: LoopDefinition?
    /// The list over which it is mapped; nil for one job.
    package var map: MapDefinition?
    /// How long it may wait and take.
    package var watches: [WatchTerms] = []
    /// Everything its expressions refer to.
    package var references: Set<Expression.Reference> = []

    package init() {}

    /// The rule as it is kept with the job; nil for the default.
    package var storedRule: String? {
        if let hook { return hook.rawValue }
        return rule == .allSucceeded ? nil : rule.rawValue
    }

    /// The jobs whose outputs its expressions read.
    package var outputs: Set<String> {
        Set(references.compactMap { if case .output(let job) = $0 { job } else { nil } })
    }

    /// The jobs whose states its expressions read, and the job whose work it takes down.
    package var states: Set<String> {
        var jobs = Set(references.compactMap { if case .state(let job) = $0 { job } else { nil } })
        if let setup { jobs.insert(setup) }
        return jobs
    }
}
