import Checkpoints
import JobModel

/// A piece of work that a program named.
struct NamedStep: Equatable, Sendable {
    let name: String
    let effect: Effect
    /// What decides the result, as the program says.
    let input: JSONValue

    var fingerprint: Fingerprint {
        Fingerprint(
            kind: .step,
            request: ["name": .string(name), "effect": .string(effect.rawValue), "input": input],
            after: nil
        )
    }

    /// - Throws: `GatewayRefusal` that says what is wrong with a request's name or body.
    init(name: String, body: JSONValue) throws(GatewayRefusal) {
        guard (try? StepPosition.step(named: GatewayJob.positionPrefix + "step/" + name)) != nil else {
            throw GatewayRefusal(.invalid, "\"\(name)\" names no step; use letters, digits or _ - . / :, at most 80")
        }
        guard let object = body.objectValue else { throw GatewayRefusal(.invalid, "the body must be a JSON object") }
        let text = object["effect"]?.stringValue ?? Effect.idempotent.rawValue
        guard let effect = Effect(rawValue: text) else {
            throw GatewayRefusal(.invalid, "effect must be none, idempotent or once")
        }
        self.name = name
        self.effect = effect
        input = object["input"] ?? .null
    }
}
