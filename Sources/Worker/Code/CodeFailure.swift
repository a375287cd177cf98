package import JobModel

/// Why code of a worker's own failed.
package struct CodeFailure: Error {
    package let failure: JobFailure
    /// Whether it is certain that the step or call did nothing, whatever its effect.
    package let nothingHappened: Bool

    package init(_ failure: JobFailure, nothingHappened: Bool) {
        self.failure = failure
        self.nothingHappened = nothingHappened
    }

    /// What an error of a step's code means for the step.
    static func step(_ error: any Error) -> any Error {
        guard let error = error as? CodeFailure else { return error }
        return error.nothingHappened ? StepFailure(failure: error.failure, unknownCalls: 0) : error.failure
    }
}
