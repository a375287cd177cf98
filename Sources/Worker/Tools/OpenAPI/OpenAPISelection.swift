package import JobModel
import Workflow

/// Which operations of a service an agent is offered, and what they do.
package struct OpenAPISelection: Sendable, Equatable {
    private static let tagPrefix = "tag:"

    /// The only operations that are offered, by name or as `tag:NAME`; nil, the default, stands for all.
    package var allow: [String]?
    /// Operations that are never offered.
    package var deny: [String] = []
    /// What repeating every operation does that is not named in `effects`; nil, the default, goes by the method.
    package var effect: Effect?
    package var effects: [String: Effect] = [:]
    /// How long a call may take, by default 30 seconds.
    package var timeout: Duration = .seconds(30)

    package init() {}

    func offers(_ name: String, _ tags: [String]) -> Bool {
        func isNamed(_ list: [String]) -> Bool {
            list.contains(name) || tags.contains { list.contains(Self.tagPrefix + $0) }
        }
        return allow.map(isNamed) ?? true && !isNamed(deny)
    }

    func effect(of name: String, _ method: HTTPMethod) -> Effect { effects[name] ?? effect ?? method.usualEffect }

    /// What decides what is listed, besides the document.
    var fingerprintFields: JSONValue {
        var fields: JSONObject = [:]
        fields["allow"] = allow.map { .array($0.sorted().map(JSONValue.string)) }
        if !deny.isEmpty { fields["deny"] = .array(deny.sorted().map(JSONValue.string)) }
        fields["effect"] = effect.map { .string($0.rawValue) }
        if !effects.isEmpty {
            fields["effects"] = .object(JSONObject(effects.map { ($0.key, .string($0.value.rawValue)) }))
        }
        return .object(fields)
    }
}
