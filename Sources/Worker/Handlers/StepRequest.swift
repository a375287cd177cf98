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
    /// What has to be waited for before it may be run, and before its intent is written.
    ///
    /// It is told how to find out whether the job may still go on.
    var admit: (@Sendable (_ check: () throws -> Void) async throws -> Void)?
    /// What its request repeats of the step before, from which that one's damaged record can be mended.
    var carries: JSONValue?
    /// How its own damaged record can be mended.
    var mending: Mending?

    /// Where a later record repeats a step's result, and how it is read there.
    struct Mending: Sendable {
        /// The step whose record repeats it.
        let position: StepPosition
        /// The result, from what the record with this fingerprint carries; nil when it belongs to another way.
        let result: @Sendable (_ carried: JSONValue, _ fingerprint: Fingerprint) -> JSONValue?
    }

    /// Whether an intent is written first.
    var needsIntent: Bool { isPaid || effect != .none }
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
