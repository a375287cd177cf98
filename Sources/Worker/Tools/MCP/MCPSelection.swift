package import JobModel

/// Which of a server's things an agent is offered, and what they do.
package struct MCPSelection: Sendable, Equatable {
    /// A kind of thing that a server has.
    package enum Kind: String, CaseIterable, Sendable { case tools, resources, prompts }

    /// The only tools that are offered; nil, the default, stands for all.
    package var allow: [String]?
    /// Tools that are never offered.
    package var deny: [String] = []
    /// By default tools and resources.
    package var kinds: [Kind] = [.tools, .resources]
    /// What repeating a call of every tool does that is not named in `effects`; nil, the default, leaves it to what the
    /// server says.
    package var effect: Effect?
    package var effects: [String: Effect] = [:]
    /// How long a call may take, by default 2 minutes.
    package var timeout: Duration = .seconds(120)

    package init() {}

    func offers(_ name: String) -> Bool { allow?.contains(name) ?? true && !deny.contains(name) }

    func effect(of name: String, annotations: JSONValue?) -> Effect {
        effects[name] ?? effect ?? Effect(annotations: annotations)
    }

    /// What decides what is listed, besides the server.
    var fingerprintFields: JSONValue {
        var fields: JSONObject = ["kinds": .array(kinds.map { .string($0.rawValue) })]
        fields["allow"] = allow.map { .array($0.sorted().map(JSONValue.string)) }
        if !deny.isEmpty { fields["deny"] = .array(deny.sorted().map(JSONValue.string)) }
        fields["effect"] = effect.map { .string($0.rawValue) }
        if !effects.isEmpty {
            fields["effects"] = .object(JSONObject(effects.map { ($0.key, .string($0.value.rawValue)) }))
        }
        return .object(fields)
    }
}

extension Effect {
    /// What a server says of a tool; one that says nothing, or only that the tool destroys, is not believed to be
    /// repeatable.
    init(annotations: JSONValue?) {
        if annotations?["readOnlyHint"]?.boolValue == true {
            self = .none
        } else if annotations?["idempotentHint"]?.boolValue == true {
            self = .idempotent
        } else {
            self = .once
        }
    }
}
