import Checkpoints
import JobModel
import Settings

/// A piece of work that a program named.
struct NamedStep: Equatable, Sendable {
    let name: String
    let effect: Effect
    /// What decides the result, as the program says.
    let input: JSONValue
    /// What becomes of it when its effect is once and its outcome is unknown; no part of what tells it from others.
    let unknown: UnknownPolicy
    /// Who does it, where that is known; no part of what tells it from others either.
    private let process: RunningProcess?

    /// Whether who does it has ended, and can say no more what became of it.
    var isAbandoned: Bool { process?.hasEnded == true }

    /// What to do about a result that cannot be kept.
    static let wayOut = "leave it in a file, such as one below $CHASSIS_ARTIFACTS, and let the result say where"

    /// The input as people are shown it, or what is said in its place.
    var shownInput: JSONValue {
        let size = input.encoded().count
        guard size > JudgedCall.longestArguments else { return input }
        return .string("the input has \(size) bytes, and people are shown at most \(JudgedCall.longestArguments)")
    }

    var fingerprint: Fingerprint {
        Fingerprint(
            kind: .step,
            request: ["name": .string(name), "effect": .string(effect.rawValue), "input": input],
            after: nil
        )
    }

    /// - Throws: `GatewayRefusal` that says what is wrong with a request's name or body.
    init(name: String, body: JSONValue) throws(GatewayRefusal) {
        guard (try? StepPosition.step(named: StepPosition.namedPrefix + name)) != nil else {
            throw GatewayRefusal(.invalid, "\"\(name)\" names no step; use letters, digits or _ - . / :, at most 80")
        }
        guard let object = body.objectValue else { throw GatewayRefusal(.invalid, "the body must be a JSON object") }
        let text = object["effect"]?.stringValue ?? Effect.idempotent.rawValue
        guard let effect = Effect(rawValue: text) else {
            throw GatewayRefusal(.invalid, "effect must be none, idempotent or once")
        }
        let policy = object["unknown"]?.stringValue ?? UnknownPolicy.ask.rawValue
        guard let unknown = UnknownPolicy(rawValue: policy) else {
            throw GatewayRefusal(.invalid, "unknown must be ask, retry or fail")
        }
        self.name = name
        self.effect = effect
        self.unknown = unknown
        input = object["input"] ?? .null
        process = RunningProcess(json: object["process"])
    }
}
