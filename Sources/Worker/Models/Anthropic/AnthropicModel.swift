/// What is known of Anthropic's models by their names: the wire format changed with them.
struct AnthropicModel {
    private let name: String

    /// - Parameter name: Such as `claude-sonnet-4-5`, or with Bedrock's words around it.
    init(_ name: String) { self.name = name }

    /// Whether it thinks within a number of tokens; later models think as much as an effort says.
    var thinksWithinBudget: Bool {
        isBeforeForms || ["-4-1", "-4-5"].contains { name.contains($0) }
    }

    /// Whether it can be held to a JSON Schema.
    var takesSchema: Bool { !isBeforeForms }

    /// Whether it keeps the beginning of a prompt on Bedrock.
    var cachesOnBedrock: Bool {
        let without = ["claude-instant", "claude-v2", "claude-3-haiku", "claude-3-sonnet", "claude-3-opus"]
        return name.contains("claude") && !without.contains { name.contains($0) }
            && !name.contains("claude-3-5-sonnet-20240620")
    }

    /// The longest answer that every model gives, unless more is asked for.
    var defaultMaximumOutputTokens: Int {
        let isOld = ["claude-3-haiku", "claude-3-opus", "claude-3-sonnet", "claude-2", "claude-instant"]
            .contains { name.contains($0) }
        return isOld ? 4096 : 8192
    }

    /// Whether it is of the time before forms of answers: Claude 4 and earlier.
    private var isBeforeForms: Bool {
        let old = ["claude-instant", "claude-2", "claude-v2", "claude-3", "-4-0", "sonnet-4-2025", "opus-4-2025"]
        return old.contains { name.contains($0) }
    }
}
