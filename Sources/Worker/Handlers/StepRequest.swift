import Checkpoints
import JobModel

/// A step that is about to be taken from its checkpoint, or run.
struct StepRequest: Sendable {
    var position: StepPosition
    var fingerprint: Fingerprint
    var kind: StepKind
    /// The model or the tool, for people.
    var name: String
    var effect: Effect
    /// Whether running it may cost money.
    var isPaid: Bool
    /// Whether its position is that in its round; see `JobSteps.placed`.
    var isPlaced = false
    /// What has to be waited for before it may be run, and before its intent is written.
    ///
    /// It is told how to find out whether the job may still go on.
    var admit: (@Sendable (_ check: () throws -> Void) async throws -> Void)?
    /// What its call may cost, asked only when it is made; nil where nobody can tell.
    var charge: (@Sendable () async throws -> ModelCharge)?
    /// What its request repeats of the step before, from which that one's damaged record can be mended.
    var carries: JSONValue?
    /// How its own damaged record can be mended.
    var mending: Mending?
    /// The approval it spends when it begins; nil where none is needed.
    var approval: SpentApproval?
    /// What becomes of it when its effect is once and its outcome is unknown.
    var unknown = UnknownPolicy.ask
    /// What it was asked to do, for the person who has to say whether it happened.
    var evidence: JSONValue?
    /// Whether its result is a tool's, for the model to read.
    var isToolCall = false

    /// Where a later record repeats a step's result, and how it is read there.
    struct Mending: Sendable {
        /// The step whose record repeats it.
        let position: StepPosition
        /// The result, from what the record with this fingerprint carries; nil when it belongs to another way.
        let result: @Sendable (_ carried: JSONValue, _ fingerprint: Fingerprint) -> StoredValue?
    }

    /// The same step in a round of a job that is done round by round.
    func inRound(_ round: Int) throws(CheckpointError) -> StepRequest {
        guard round > 1 else { return self }
        var step = self
        step.position = try position.inRound(round)
        if let mending {
            step.mending = Mending(position: try mending.position.inRound(round), result: mending.result)
        }
        return step
    }

    /// Whether an intent is written first.
    var needsIntent: Bool { isPaid || effect != .none || approval != nil }

    /// What the step records when a person says what its result was.
    func value(ofResult result: JSONValue) -> JSONValue {
        guard isToolCall else { return result }
        return ["text": .string(result.stringValue ?? result.text()), "is_error": false]
    }
}

/// What a step that ran left behind.
struct StepResult: Sendable {
    var value: JSONValue
    var usage: JSONValue?
    /// What it cost; nil when it costs money and the price is not known.
    var cost: MicroDollars?
    /// Who did it, where that is not whom the step names.
    var name: String?

    init(value: JSONValue, usage: JSONValue? = nil, cost: MicroDollars? = nil) {
        self.value = value
        self.usage = usage
        self.cost = cost
    }
}

/// A step's result, and where it comes from.
struct StepOutcome: Equatable, Sendable {
    let value: JSONValue
    /// Whether it was taken from a checkpoint.
    let isReplayed: Bool
}

/// Why a step that ran left nothing behind.
struct StepFailure: Error, Sendable {
    /// Why the attempt fails.
    var failure: JobFailure
    /// How many calls were made, and not noted yet, whose outcome nobody knows; 0 when it is certain that nothing was
    /// paid and nothing happened.
    var unknownCalls: Int
}
