package import JobModel

/// What a job ended with, if it has.
package struct JobOutput: Equatable, Sendable {
    package var job: String
    /// How the job ended; nil while it has not.
    package var state: JobState?
    /// Nil when the job ended without an output, or has not ended.
    package var output: StoredOutput?
}
