import Checkpoints
import JobModel

/// Steps and names that tests are made of.
enum Sample {
    static let job = JobReference(run: RunID(rawValue: 7), job: JobID(rawValue: 42))

    static func journal(_ epoch: Int64, of job: JobReference = Sample.job) -> JournalName {
        JournalName(job: job, epoch: LeaseEpoch(rawValue: epoch))
    }

    static func fingerprint(_ text: String) -> Fingerprint {
        Fingerprint(kind: .step, request: .string(text), after: nil)
    }

    /// A step whose fingerprint follows from its position and `variant`.
    static func step(
        _ position: StepPosition,
        variant: String = "",
        result: JSONValue = "done",
        carries: JSONValue? = nil
    ) -> FinishedStep {
        FinishedStep(
            position: position,
            fingerprint: fingerprint("\(position)\(variant)"),
            kind: .tool,
            startedAt: WallTime(microseconds: 1_700_000_000_000_000),
            endedAt: WallTime(microseconds: 1_700_000_001_000_000),
            effect: .idempotent,
            request: ["tool": "search", "line": "one\ntwo \"quoted\""],
            result: result,
            usage: ["input_tokens": 12],
            cost: MicroDollars(rawValue: 1250),
            carries: carries
        )
    }

    static func turn(_ turn: Int, variant: String = "", result: JSONValue = "done") -> FinishedStep {
        step(.turn(turn), variant: variant, result: result)
    }
}

extension JobCheckpoints {
    static func open(
        in store: any ObjectStore,
        epoch: Int64,
        of job: JobReference = Sample.job,
        forkedFrom fork: ForkPoint? = nil
    ) async throws -> JobCheckpoints {
        try await open(in: store, job: job, epoch: LeaseEpoch(rawValue: epoch), forkedFrom: fork)
    }

    /// The checkpoint of a step that was recorded as `step`.
    func recorded(_ step: FinishedStep) async throws -> Checkpoint? {
        try await recorded(step.position, step.fingerprint)
    }

    /// The positions of all steps that are seen, in the order of recording.
    var positions: [String] { checkpoints.steps.map(\.position.description) }
}
