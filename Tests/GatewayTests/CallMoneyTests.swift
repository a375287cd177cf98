import HTTPTransport
import JobModel
import Testing

@testable import Gateway

/// What a call of a program can cost.
@Suite struct CallMoneyTests {
    private static let own = ModelPrice(input: 1, output: 2)

    /// Requests, and whether the model reads more than stands in them.
    static let bodies: [(WireFormat, String, Bool)] = [
        (.responses, #"{"input": "a"}"#, false),
        (
            .responses,
            #"{"input": "a", "tools": [{"type": "function", "name": "web_search"}, {"type": "custom", "name": "x"}]}"#,
            false
        ),
        (.responses, #"{"input": "a", "tools": [{"type": "local_shell"}, {"type": "computer_use_preview"}]}"#, false),
        (
            .responses,
            #"{"input": "a", "tools": [{"type": "function", "name": "f"}, {"type": "web_search_preview"}]}"#, true
        ),
        (.responses, #"{"input": "a", "tools": [{"type": "file_search", "vector_store_ids": ["v"]}]}"#, true),
        (
            .responses, #"{"input": "a", "tools": [{"type": "mcp", "server_label": "m", "server_url": "https://m"}]}"#,
            true
        ),
        (.responses, #"{"input": "a", "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}"#, true),
        (.responses, #"{"prompt": {"id": "pmpt_1", "variables": {}}}"#, true),
        (.responses, #"{"input": [{"type": "item_reference", "id": "msg_1"}]}"#, true),
        (.responses, #"{"input": "a", "previous_response_id": "resp_1"}"#, true),
        (.chat, #"{"messages": [], "tools": [{"type": "function", "function": {"name": "f"}}]}"#, false),
        (.chat, #"{"messages": [], "web_search_options": {}}"#, true),
        (
            .chat, #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]}"#,
            true
        ),
        (
            .messages,
            #"{"messages": [], "tools": [{"name": "f", "input_schema": {}}, {"type": "bash_20250124", "name": "bash"}]}"#,
            false
        ),
        (
            .messages, #"{"messages": [], "tools": [{"type": "text_editor_20250728"}, {"type": "memory_20250818"}]}"#,
            false
        ),
        (.messages, #"{"messages": [], "tools": [{"type": "web_search_20250305", "name": "web_search"}]}"#, true),
        (.messages, #"{"messages": [], "tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]}"#, true),
        (.messages, #"{"messages": [], "mcp_servers": [{"type": "url", "url": "https://m", "name": "m"}]}"#, true),
        (.generate, #"{"contents": [], "tools": [{"functionDeclarations": [{"name": "f"}]}]}"#, false),
        (.generate, #"{"contents": [], "tools": [{"function_declarations": []}, {"google_search": {}}]}"#, true),
        (.generate, #"{"contents": [], "tools": [{"urlContext": {}}]}"#, true),
        (.generate, #"{"contents": [], "cachedContent": "c"}"#, true),
        (.generate, #"{"contents": [], "cached_content": "c"}"#, true),
    ]

    @Test(arguments: bodies) func countsWhatAProviderAddsToARequest(
        _ format: WireFormat,
        _ body: String,
        _ refersToMore: Bool
    ) throws {
        // At a price at which each token can be told.
        var price = ModelPrice(input: 1_000_000, output: 2_000_000)
        (price.context, price.maximumOutput) = (200_000, 10)
        let request = try CallRequest(
            format,
            connection: GatewayConnection(
                name: "c",
                family: format.family,
                url: "http://127.0.0.1:1",
                prices: ["m": price]
            ),
            path: "",
            query: nil,
            headers: HTTPHeaders(),
            body: Array(body.utf8),
            pathModel: "m"
        )
        let input = refersToMore ? 200_000 : body.utf8.count + 1024
        #expect(request.most == price.mostCost(input: input, output: 10))
    }

    /// Each text is gone on from for itself, and of the best of several all are paid; a list of tokens is one text.
    @Test(
        arguments: [
            (#"{"prompt":"a","max_tokens":5}"#, 5), (#"{"prompt":["a","b","c"],"max_tokens":5}"#, 15),
            (#"{"prompt":[1,2,3],"max_tokens":5}"#, 5), (#"{"prompt":[[1,2],[3]],"max_tokens":5,"n":2}"#, 20),
            (#"{"prompt":["a","b"],"max_tokens":5,"n":2,"best_of":4}"#, 40), (#"{"prompt":[],"max_tokens":5}"#, 5),
            (#"{"prompt":["a","b"],"max_tokens":9223372036854775807}"#, Int.max),
        ]
    )
    func countsEveryTextThatACompletionGoesOnFrom(_ body: String, _ longest: Int) throws {
        let request = try CallRequest(
            .completions,
            connection: GatewayConnection(name: "c", family: .openAI, url: "http://127.0.0.1:1"),
            path: "completions",
            query: nil,
            headers: HTTPHeaders(),
            body: Array(body.utf8),
            pathModel: nil
        )
        #expect(request.longestAnswer == longest)
    }

    /// A request that asks for a dearer tier has no price that is known: under a budget it is refused.
    @Test(
        arguments: [
            (#"{"max_tokens":5}"#, true), (#"{"max_tokens":5,"service_tier":"flex"}"#, true),
            (#"{"max_tokens":5,"service_tier":null}"#, true), (#"{"max_tokens":5,"service_tier":"auto"}"#, true),
            (#"{"max_tokens":5,"service_tier":"priority"}"#, false), (#"{"max_tokens":5,"speed":"fast"}"#, false),
            (#"{"max_tokens":5,"inference_geo":"us"}"#, false),
        ]
    )
    func aDearerTierHasNoKnownPrice(_ body: String, _ isKnown: Bool) throws {
        let request = try CallRequest(
            .chat,
            connection: GatewayConnection(
                name: "c",
                family: .openAI,
                url: "http://127.0.0.1:1",
                prices: ["m": Self.own]
            ),
            path: "chat/completions",
            query: nil,
            headers: HTTPHeaders(),
            body: Array(body.utf8),
            pathModel: "m"
        )
        #expect((request.price != nil) == isKnown)
        #expect((request.most != nil) == isKnown)
        #expect(request.moneyFault.contains("leave") != isKnown)
    }

    /// What could not be recorded is not paid for.
    @Test func aBodyThatNoRecordCouldHoldIsRefused() throws {
        for (depth, isTaken) in [(CallRequest.maximumDepth, true), (CallRequest.maximumDepth + 1, false)] {
            let lists = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
            let request = Result { () throws -> CallRequest in
                try CallRequest(
                    .chat,
                    connection: GatewayConnection(name: "c", family: .openAI, url: "http://127.0.0.1:1"),
                    path: "chat/completions",
                    query: nil,
                    headers: HTTPHeaders(),
                    body: Array("{\"metadata\":\(lists)}".utf8),
                    pathModel: nil
                )
            }
            #expect(((try? request.get()) != nil) == isTaken)
        }
    }

    private static func request(_ model: String, provider: String?) throws -> CallRequest {
        let connection = GatewayConnection(
            name: "c",
            family: .openAI,
            url: "http://127.0.0.1:1",
            prices: ["gpt-4o": own],
            provider: provider
        )
        return try CallRequest(
            .chat,
            // As the gateway's process is handed it.
            connection: try #require(GatewayConnection(json: connection.json)),
            path: "chat/completions",
            query: nil,
            headers: HTTPHeaders(),
            body: JSONValue.object(["model": .string(model), "max_tokens": 10]).encoded(),
            pathModel: nil
        )
    }

    /// A name with a date is that without it in the shipped list alone; a price that was set counts for its very name.
    @Test(
        arguments: [
            ("gpt-4o", "openai", 1), ("gpt-4o-2024-08-06", "openai", 2_500_000),
            ("gpt-4o-2024-05-13", "openai", 5_000_000),
            ("gpt-4o-mini-latest", "openai", nil), ("gpt-4o-2999-01-01", "openai", nil), ("gpt-4o", nil, 1),
            ("gpt-4o-2024-08-06", nil, nil), ("gpt-4o-mini", nil, nil), ("gpt-4o-mini", "gemini", nil),
        ] as [(String, String?, Int64?)]
    )
    func knowsTheShippedPricesOfDatedModels(_ model: String, _ provider: String?, _ input: Int64?) throws {
        let request = try Self.request(model, provider: provider)
        #expect(request.price?.rates.input == input)
        #expect((request.most != nil) == (input != nil))
    }
}
