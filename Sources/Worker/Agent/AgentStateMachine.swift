import JobModel
import Models
import Workflow

/// The loop of an agent: told what the model and the tools answered, it says what to do next.
///
/// The model is asked, its tool calls are made, the model is asked again with their results, until it answers without
/// a call. An answer that does not fit the output schema is sent back with what is wrong, a few times.
struct AgentStateMachine: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case ready
        /// The model was asked for its `turn`-th answer.
        case askingModel(turn: Int)
        /// The tool calls of the `turn`-th answer are being made.
        case callingTools(turn: Int, calls: [ToolCall])
        /// The `turn`-th answer is an output that people may want to see first.
        case reviewing(turn: Int)
        case ended
    }

    enum Action: Equatable, Sendable {
        /// Ask the model; `added` are the messages behind those of the turn before.
        case askModel(turn: Int, added: [ModelMessage])
        case callTools(turn: Int, calls: [ToolCall])
        /// Have the `number`-th output looked at.
        case review(output: JSONValue, number: Int)
        case finish(output: JSONValue)
        case fail(JobFailure)
    }

    /// How many answers that do not fit the schema are sent back.
    static let maximumCorrections = 2

    private(set) var state: State = .ready
    /// The whole conversation so far.
    private(set) var messages: [ModelMessage]
    private let limits: AgentLimits
    private let schema: JSONSchema?
    private var tokens = 0
    private var corrections = 0
    /// Whether outputs are looked at before the agent ends.
    var reviewsOutput = false
    private var outputs = 0
    private var loops: CallLoops

    /// What a person says before a turn.
    struct Interjection: Equatable, Sendable {
        let turn: Int
        let message: ModelMessage
    }

    /// What is said besides what the file says; before the first turn it takes the place of the prompt.
    var interjection: Interjection?

    /// - Parameter messages: What the conversation begins with: instructions and prompt.
    init(messages: [ModelMessage], limits: AgentLimits, schema: JSONSchema?) {
        self.messages = messages
        self.limits = limits
        self.schema = schema
        loops = CallLoops(repeated: limits.repeatedCalls, cycles: limits.repeatedCycles)
    }

    mutating func begin() -> Action {
        guard case .ready = state else { preconditionFailure("an agent begins once, it is \(state)") }
        if let interjection, interjection.turn == 1 {
            messages.removeLast()
            messages.append(interjection.message)
        }
        state = .askingModel(turn: 1)
        return .askModel(turn: 1, added: messages)
    }

    mutating func modelAnswered(_ answer: ModelAnswer) -> Action {
        guard case .askingModel(let turn) = state else {
            preconditionFailure("no model was asked, the agent is \(state)")
        }
        messages.append(answer.message)
        tokens += (answer.usage?.input ?? 0) + (answer.usage?.output ?? 0)
        switch answer.stopReason {
        case .length:
            return fail("model-length", "the model's answer in turn \(turn) was cut at its limit of output tokens")
        case .contentFilter, .refusal:
            return fail("model-refused", "the model refused to answer in turn \(turn)")
        case .unfinished:
            return fail("model-unfinished", "the provider left off in the middle of the model's answer in turn \(turn)")
        // The words of compatible servers are their own; most mean an end.
        case .end, .toolCalls, .other: break
        }
        let calls = answer.message.toolCalls
        guard calls.isEmpty else { return makeCalls(calls, turn: turn) }
        return accept(answer.message.text, turn: turn)
    }

    mutating func toolsAnswered(_ results: [ToolResult]) -> Action {
        guard case .callingTools(let turn, _) = state else {
            preconditionFailure("no tool was called, the agent is \(state)")
        }
        return askAgain(after: turn, with: [.tool(results)])
    }

    private mutating func makeCalls(_ calls: [ToolCall], turn: Int) -> Action {
        if let loop = loops.made(calls.map { "\($0.name) \($0.arguments.text)" }) {
            return fail(loop.code, loop.message)
        }
        state = .callingTools(turn: turn, calls: calls)
        return .callTools(turn: turn, calls: calls)
    }

    /// People found the output good, perhaps with changes of their own.
    mutating func outputApproved(_ output: JSONValue) -> Action {
        guard case .reviewing = state else { preconditionFailure("no output is looked at, the agent is \(state)") }
        state = .ended
        return .finish(output: output)
    }

    /// People want the output changed: the model goes on with what they say.
    mutating func changesRequested(_ text: String) -> Action {
        guard case .reviewing(let turn) = state else {
            preconditionFailure("no output is looked at, the agent is \(state)")
        }
        return askAgain(after: turn, with: [.user(text)])
    }

    private mutating func review(_ output: JSONValue, turn: Int) -> Action {
        guard reviewsOutput else {
            state = .ended
            return .finish(output: output)
        }
        outputs += 1
        state = .reviewing(turn: turn)
        return .review(output: output, number: outputs)
    }

    private mutating func accept(_ text: String, turn: Int) -> Action {
        guard let schema else {
            return review(.string(text), turn: turn)
        }
        let faults: [String]
        do throws(JSONParseError) {
            let output = try JSONValue(parsing: Self.withoutFence(text))
            faults = schema.validate(output).map(\.description)
            if faults.isEmpty {
                return review(output, turn: turn)
            }
        } catch {
            faults = ["\(error)"]
        }
        let reason = faults.prefix(5).joined(separator: "; ")
        guard corrections < Self.maximumCorrections else {
            return fail("output-invalid", "the model's answer does not fit the output schema: \(reason)")
        }
        corrections += 1
        let message = "Your answer does not fit the required JSON schema: \(reason). Answer again, with the JSON alone."
        return askAgain(after: turn, with: [.user(message)])
    }

    private mutating func askAgain(after turn: Int, with added: [ModelMessage]) -> Action {
        guard turn < limits.turns else {
            return fail(
                "limit-turns",
                "the agent is not done after \(turn) turns; raise limits.turns if it should go on"
            )
        }
        if let limit = limits.tokens, tokens >= limit {
            return fail(
                "limit-tokens",
                "the agent used \(tokens) tokens in \(turn) turns, its limit is \(limit)"
            )
        }
        let answer = messages[messages.count - 1]
        var added = added
        if let interjection, interjection.turn == turn + 1 { added.append(interjection.message) }
        messages += added
        state = .askingModel(turn: turn + 1)
        return .askModel(turn: turn + 1, added: [answer] + added)
    }

    private mutating func fail(_ code: String, _ message: String) -> Action {
        state = .ended
        return .fail(JobFailure(code: code, message: message, isPermanent: true))
    }

    /// The text without the code fence some models put around JSON.
    private static func withoutFence(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard lines.count >= 3, lines[0].hasPrefix("```"), lines[lines.count - 1].hasPrefix("```") else { return text }
        return lines[1..<(lines.count - 1)].joined(separator: "\n")
    }
}

extension ToolArguments {
    /// The arguments as one text: the same for the same arguments.
    var text: String {
        switch self {
        case .json(let value): value.text(.canonical)
        case .invalid(let text): text
        }
    }
}
