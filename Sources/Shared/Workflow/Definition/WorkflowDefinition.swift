package import JobModel

/// What a workflow file says, once it is known to be right.
package struct WorkflowDefinition: Equatable, Sendable {
    /// The name, which is the same in all versions.
    package let name: String
    /// What it is for, for people.
    package let description: String?
    /// The team that the workflow's runs belong to; nil leaves it to whoever submits the file.
    package let team: String?
    /// The params, in the order of the file.
    package let params: [ParamDefinition]
    /// The triggers that go by the clock, in the order of the file.
    package let schedules: [ScheduleDefinition]
    /// The jobs, in the order of the file; at least one, at most `maximumJobs`.
    package let jobs: [JobDefinition]
    /// Which job waits for which.
    package let graph: WorkflowGraph
    /// How much a run may spend; nil sets no bound.
    package let budget: Budget?
    /// How long a run may take.
    package var watches: [WatchTerms] = []
    /// The endings of a run of which somebody is told.
    package var notices: Set<RunState> = []

    /// The most jobs a workflow may have.
    package static let maximumJobs = 1_000

    /// The job of a name.
    package func job(named name: String) -> JobDefinition? { jobs.first { $0.name == name } }
}
