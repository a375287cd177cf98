import JobModel
import Testing

@testable import Gateway
@testable import Models

/// What an answer took is the same whether an agent asked for it or a program.
@Suite struct ReportedUsageTests {
    struct Report: Sendable {
        let format: WireFormat
        let usage: String
        let expected: TokenUsage?
    }

    static let reports = [
        Report(
            format: .chat,
            usage: """
                {"prompt_tokens": 90, "prompt_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 20},
                 "completion_tokens": 30, "completion_tokens_details": {"reasoning_tokens": 10}}
                """,
            expected: TokenUsage(input: 90, cachedInput: 40, cacheWrite: 20, output: 30, reasoning: 10)
        ),
        Report(
            format: .chat,
            usage: #"{"prompt_tokens": 90, "prompt_cache_hit_tokens": 40, "completion_tokens": 30}"#,
            expected: TokenUsage(input: 90, cachedInput: 40, output: 30)
        ),
        // Nobody knows, which is not 0.
        Report(format: .chat, usage: #"{"prompt_tokens": 90}"#, expected: nil),
        Report(format: .chat, usage: #"{"prompt_tokens": 90, "completion_tokens": "many"}"#, expected: nil),
        Report(format: .chat, usage: "null", expected: nil),
        Report(
            format: .responses,
            usage: """
                {"input_tokens": 90, "input_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 20},
                 "output_tokens": 30, "output_tokens_details": {"reasoning_tokens": 10}}
                """,
            expected: TokenUsage(input: 90, cachedInput: 40, cacheWrite: 20, output: 30, reasoning: 10)
        ),
        Report(format: .responses, usage: #"{"input_tokens": 90}"#, expected: nil),
        Report(
            format: .messages,
            usage: """
                {"input_tokens": 30, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 20, "output_tokens": 30,
                 "output_tokens_details": {"thinking_tokens": 10}}
                """,
            expected: TokenUsage(input: 90, cachedInput: 40, cacheWrite: 20, output: 30, reasoning: 10)
        ),
        Report(format: .messages, usage: #"{"input_tokens": 90}"#, expected: nil),
        Report(format: .messages, usage: #"{"input_tokens": 9e18, "output_tokens": 3}"#, expected: nil),
        Report(
            format: .generate,
            usage: """
                {"promptTokenCount": 70, "toolUsePromptTokenCount": 20, "cachedContentTokenCount": 40,
                 "candidatesTokenCount": 20, "thoughtsTokenCount": 10}
                """,
            expected: TokenUsage(input: 90, cachedInput: 40, output: 30, reasoning: 10)
        ),
        // Of a model that said nothing.
        Report(format: .generate, usage: #"{"promptTokenCount": 90}"#, expected: TokenUsage(input: 90, output: 0)),
        Report(format: .generate, usage: #"{"candidatesTokenCount": 3}"#, expected: nil),
    ]

    /// The whole of an answer that took so much.
    private static func answer(_ report: Report) throws -> JSONValue {
        let (answer, key): (JSONObject, String)
        switch report.format {
        case .chat:
            (answer, key) = (
                ["choices": [["index": 0, "message": ["content": "a"], "finish_reason": "stop"]]], "usage"
            )
        case .responses: (answer, key) = (["status": "completed", "output": []], "usage")
        case .messages: (answer, key) = (["content": [], "stop_reason": "end_turn"], "usage")
        default:
            let candidate: JSONValue = ["content": ["parts": [["text": "a"]]], "finishReason": "STOP"]
            (answer, key) = (["candidates": [candidate]], "usageMetadata")
        }
        var whole = answer
        whole[key] = try JSONValue(parsing: Array(report.usage.utf8))
        return .object(whole)
    }

    /// As an agent reads it.
    private static func agents(_ answer: JSONValue, _ format: WireFormat) throws -> TokenUsage? {
        let origin = ReasoningOrigin(ModelEndpoint(name: "fake", kind: .gemini, baseURL: "", key: nil), model: "fake")
        switch format {
        case .chat: return try OpenAIChatDraft(completion: answer).answer().usage
        case .responses: return try OpenAIResponsesAnswer(answer, items: [], origin: origin).answer.usage
        case .messages: return try AnthropicDraft(message: answer, origin: origin).answer().usage
        default:
            var draft = GeminiDraft(origin: origin)
            _ = try draft.add(answer)
            return try draft.answer().usage
        }
    }

    @Test(arguments: reports) func isReadAlike(_ report: Report) throws {
        let answer = try Self.answer(report)
        var reader = AnswerReader(report.format, contentType: "application/json")
        _ = try reader.consume(answer.encoded())
        try reader.ended()
        #expect(reader.summary.usage == report.expected)
        #expect(try Self.agents(answer, report.format) == report.expected)
    }

    @Test func embeddingsHaveNoOutput() throws {
        var reader = AnswerReader(.embeddings, contentType: "application/json")
        _ = try reader.consume(Array(#"{"data":[],"usage":{"prompt_tokens":9,"total_tokens":9}}"#.utf8))
        try reader.ended()
        #expect(reader.summary.usage == TokenUsage(input: 9, output: 0))
    }
}
