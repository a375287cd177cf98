import Checkpoints
import Gateway
import JobModel
import Models
import Storage

/// What a job of a forked run takes over from its source, and what it does otherwise.
struct JobFork: Sendable {
    /// Where it takes over the source's checkpoints; nil when it takes over none.
    let point: ForkPoint?
    /// Where its programs take over what the source's recorded through the gateway.
    let gatewayPoint: ForkPoint?
    /// The step that does something else; nil when all do as the file says.
    let step: StepPosition?
    let edit: ForkEdit

    init(_ inheritance: ForkStore.Inheritance) {
        edit = inheritance.edit
        step = inheritance.step.flatMap { StepPosition($0) }
        point = ForkPoint(inheritance.sources, part: .attempts)
        gatewayPoint = ForkPoint(inheritance.sources, part: .gateway)
    }

    /// What a person says in a turn, besides what the file says.
    var interjection: AgentStateMachine.Interjection? {
        edit.prompt.map { AgentStateMachine.Interjection(turn: turn, message: .user($0)) }
    }

    /// The turn from which the edit holds: the first when the whole job is run anew.
    var turn: Int { step?.turn ?? 1 }

    /// The step of the job's program whose result was given, if it is one.
    var given: GivenStep? {
        guard let step, GatewayJob.isNamed(position: step.description), let result = edit.result,
            let fingerprint = edit.fingerprint.flatMap({ Fingerprint(hex: $0) })
        else { return nil }
        return GivenStep(position: step, fingerprint: fingerprint, result: result)
    }

    /// The result that was given for a step in place of running it.
    func result(of step: StepRequest) -> JSONValue? {
        guard let result = edit.result, step.position == self.step else { return nil }
        switch step.kind {
        case .tool: return ["text": .string(result.stringValue ?? result.text()), "is_error": false]
        case .model:
            return ModelAnswer(
                message: ModelMessage(role: .assistant, parts: [.text(result.stringValue ?? result.text())]),
                stopReason: .end,
                usage: nil,
                model: "fork",
                responseID: nil
            ).json
        default: return result
        }
    }
}
