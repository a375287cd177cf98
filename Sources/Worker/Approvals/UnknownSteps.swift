import Checkpoints
import Digests
import JobModel
import Storage

/// Steps of a job that may have happened although no record says so.
struct UnknownSteps: Sendable {
    private var steps: [String: [StepStore.OpenStep]] = [:]

    private static func key(_ position: String, _ fingerprint: String) -> String { position + "/" + fingerprint }

    mutating func add(_ step: StepStore.OpenStep) {
        steps[Self.key(step.position, step.fingerprint), default: []].append(step)
    }

    /// The attempts at a step whose outcome is unknown, oldest first.
    func attempts(at step: StepRequest) -> [StepStore.OpenStep] {
        (steps[Self.key(step.position.description, step.fingerprint.hex)] ?? []).sorted { $0.epoch < $1.epoch }
    }
}

extension StepRequest {
    /// What a person is asked who has to say what became of the step.
    func question(about attempts: [StepStore.OpenStep], idempotencyKey: String) -> ApprovalStore.Question {
        let request: JSONValue = [
            "step": .string(position.description), "name": .string(name), "effect": .string(effect.rawValue),
            "arguments": evidence ?? .null, "idempotency_key": .string(idempotencyKey),
            "attempts": .array(attempts.map(\.evidence)),
        ]
        return ApprovalStore.Question(
            kind: .effect,
            position: position.description,
            fingerprint: fingerprint.digest.bytes,
            // One question for each attempt whose outcome became unknown.
            round: attempts.last?.epoch.rawValue ?? 0,
            title: "did \(name) happen?",
            request: request,
            digest: ApprovalDigest.of(.effect, request),
            terms: ApprovalTerms(allowsRequester: true)
        )
    }
}

extension StepStore.OpenStep {
    /// What is known of the attempt, for people.
    fileprivate var evidence: JSONValue {
        [
            "epoch": .integer(epoch.rawValue), "began_at": .string(startedAt.description),
            "what": .string(state == .recorded ? "it happened, and its result is lost" : error ?? "it was begun"),
        ]
    }
}
