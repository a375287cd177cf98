package import JobModel

/// The kept result of a finished step: what an attempt gets instead of running it again.
package struct Checkpoint: Hashable, Sendable {
    /// What was recorded about the step.
    package let record: StepRecord
    /// The step's result, read from its blob and verified when it has one.
    package let result: JSONValue
}
