package import JobModel

/// One job of a run and where it stands.
package struct JobDetail: Equatable, Sendable {
    package var id: JobID
    package var name: String
    package var kind: String
    package var state: JobState
    /// The names of the jobs it needs, in the order of the workflow file.
    package var needs: [String]
    package var queue: String
    /// Oldest first.
    package var attempts: [AttemptDetail]
    /// In the order in which they began, attempt by attempt.
    package var steps: [StepDetail]
    /// Why the job did not succeed: an object with `code` and `message`; nil when there is no reason.
    package var error: JSONValue?
    package var hasOutput: Bool
    /// How many items a mapped job has, in all and by what became of them; nil for any other job.
    package var items: JSONValue?
    /// When a delayed job becomes pending, and a suspended one at the latest; nil in any other state.
    package var dueAt: Timestamp?
    /// What a suspended job waits for; nil in any other state.
    package var waiting: Waiting?

    /// What a suspended job waits for.
    package struct Waiting: Equatable, Sendable {
        package var thing: Suspension.Thing
        /// What exactly, for people.
        package var detail: String
        package var since: Timestamp
    }
}
