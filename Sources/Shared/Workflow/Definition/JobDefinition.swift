package import JobModel

/// One job of a workflow.
package struct JobDefinition: Equatable, Sendable {
    /// The name, by which other jobs refer to it.
    package let name: String
    /// What is to be done.
    package let kind: JobKind
    /// The jobs that must have ended first, in the order of the file.
    package var needs: [String]
    /// The job is skipped where this is false; nil never skips it.
    package let when: Expression?
    /// How often it is tried, by default 3 times.
    package let retry: RetryPolicy
    /// How long one attempt may take; nil sets no end.
    package let timeout: Duration?
    /// The queue it stands in, by default `default`.
    package let queue: String
    /// Higher goes first within a queue; -1,000 to 1,000, by default 0.
    package let priority: Int
    /// How much it may spend in all attempts together; nil sets no bound besides those of its run and team.
    package let budget: Budget?
    /// How it stands in the graph of its run, besides what it needs.
    package var flow = JobFlow()
    /// How many of it may be active at once, or begin within a time.
    package var limits: [LimitDefinition] = []
    /// What it asks of the worker that runs it, by name.
    package var requires: [String: String] = [:]

    /// The queue it stands in, with the labels it asks for, code of a worker's own among them.
    package var claimQueue: String {
        Labels(requires.map { (name: $0.key, value: $0.value) }).adding(pairs: kind.code).queue(in: queue)
    }
}
