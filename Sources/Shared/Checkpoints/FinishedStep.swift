package import JobModel

/// A step that has ended well, as it is handed over to be recorded.
package struct FinishedStep: Hashable, Sendable {
    /// Its place in the job's program.
    package var position: StepPosition
    /// What says that it is this step.
    package var fingerprint: Fingerprint
    /// What sort of step it is.
    package var kind: StepKind
    /// When it began, by the worker's clock.
    package var startedAt: WallTime
    /// When it ended, by the worker's clock.
    package var endedAt: WallTime
    /// What repeating the step does, by default nothing.
    package var effect: Effect
    /// What people are shown of the request, or nothing; never needed to find the step again.
    package var request: JSONValue?
    /// What later attempts get instead of running the step.
    package var result: JSONValue
    /// What the step used, such as tokens.
    package var usage: JSONValue?
    /// What the step cost; nil when it has no price.
    package var cost: MicroDollars?
    /// What this step's request repeats of earlier steps, stored once: for a model turn the messages that were added
    /// since the turn before, which are that turn's answer and the results of its tools.
    ///
    /// When the earlier turn's own record is damaged, its answer is taken from here.
    package var carries: JSONValue?

    /// A step that ended.
    package init(
        position: StepPosition,
        fingerprint: Fingerprint,
        kind: StepKind,
        startedAt: WallTime,
        endedAt: WallTime,
        effect: Effect = .none,
        request: JSONValue? = nil,
        result: JSONValue,
        usage: JSONValue? = nil,
        cost: MicroDollars? = nil,
        carries: JSONValue? = nil
    ) {
        self.position = position
        self.fingerprint = fingerprint
        self.kind = kind
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.effect = effect
        self.request = request
        self.result = result
        self.usage = usage
        self.cost = cost
        self.carries = carries
    }
}
