package import Checkpoints
package import Digests
package import JobModel

/// What a program is about to do itself, as it is put before whoever judges it.
package struct JudgedCall: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case model, step
        /// A step that may have happened, and must not happen twice.
        case unknown
    }

    /// The longest arguments that people are shown, in bytes: 1 MiB.
    static let longestArguments = 1 << 20

    package enum Verdict: Equatable, Sendable {
        /// It may be made; with these arguments, where people have approved others than its own.
        case pass(JSONValue?)
        /// It happened before, people say, with this result.
        case happened(JSONValue)
        /// People have denied it, for this reason.
        case denied(String)
    }

    package var kind: Kind
    /// `connection/model`, with nothing behind the `/` where the request names no model; or the name of the step.
    package var name: String
    /// The body of the request, or the input of the step.
    package var arguments: JSONValue
    package var effect: Effect
    /// What tells it from other calls, in all attempts.
    package var key: SHA256Digest
    /// The how manieth of the calls with this key it is, counted from 1.
    package var occurrence: Int
    /// Where a step stands of which people say whether it happened.
    package var position: StepPosition?

    package init(
        kind: Kind,
        name: String,
        arguments: JSONValue,
        effect: Effect,
        key: SHA256Digest,
        occurrence: Int,
        position: StepPosition? = nil
    ) {
        self.kind = kind
        self.name = name
        self.arguments = arguments
        self.effect = effect
        self.key = key
        self.occurrence = occurrence
        self.position = position
    }

    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "name": .string(name), "arguments": arguments,
            "effect": .string(effect.rawValue), "key": .string(Hex.encode(key.bytes)),
            "occurrence": .integer(Int64(occurrence)), "position": position.map { .string("\($0)") } ?? .null,
        ]
    }

    init?(json: JSONValue) {
        guard let kind = json["kind"]?.stringValue.flatMap(Kind.init), let name = json["name"]?.stringValue,
            let arguments = json["arguments"], let effect = json["effect"]?.stringValue.flatMap(Effect.init),
            let key = json["key"]?.stringValue.flatMap(Hex.decode).flatMap(SHA256Digest.init(bytes:)),
            let occurrence = json["occurrence"]?.integerValue
        else { return nil }
        self.init(
            kind: kind,
            name: name,
            arguments: arguments,
            effect: effect,
            key: key,
            occurrence: Int(occurrence),
            position: json["position"]?.stringValue.flatMap(StepPosition.init)
        )
    }
}

extension JudgedCall.Verdict {
    /// As it goes over the wire.
    package var json: JSONValue {
        switch self {
        case .pass(let arguments): ["pass": arguments ?? .null]
        case .happened(let result): ["happened": result]
        case .denied(let reason): ["denied": .string(reason)]
        }
    }

    package init?(json: JSONValue) {
        if let arguments = json["pass"] {
            // A bare nil would be a JSON null here.
            self = .pass(arguments.isNull ? JSONValue?.none : arguments)
        } else if let result = json["happened"] {
            self = .happened(result)
        } else if let reason = json["denied"]?.stringValue {
            self = .denied(reason)
        } else {
            return nil
        }
    }
}
