/// One message of a conversation with a model.
package struct ModelMessage: Hashable, Sendable {
    /// Who speaks.
    package var role: ModelRole
    /// What is said, in its order.
    package var parts: [MessagePart]

    /// A message made of its parts.
    package init(role: ModelRole, parts: [MessagePart]) {
        self.role = role
        self.parts = parts
    }

    /// The instructions.
    package static func system(_ text: String) -> ModelMessage { ModelMessage(role: .system, parts: [.text(text)]) }

    /// What the user says.
    package static func user(_ text: String) -> ModelMessage { ModelMessage(role: .user, parts: [.text(text)]) }

    /// What the model says.
    package static func assistant(_ text: String) -> ModelMessage {
        ModelMessage(role: .assistant, parts: [.text(text)])
    }

    /// The results of the calls in the message before.
    package static func tool(_ results: [ToolResult]) -> ModelMessage {
        ModelMessage(role: .tool, parts: results.map { .toolResult($0) })
    }

    /// All of its text, without reasoning and tool calls.
    package var text: String {
        parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    /// Its tool calls, in the order in which the model made them.
    package var toolCalls: [ToolCall] {
        parts.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
    }
}
