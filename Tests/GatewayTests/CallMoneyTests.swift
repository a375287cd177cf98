import HTTPTransport
import JobModel
import Testing

@testable import Gateway

/// What a call of a program can cost.
@Suite struct CallMoneyTests {
    private static let own = ModelPrice(input: 1, output: 2)

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
            headers: HTTPHeaders([]),
            body: JSONValue.object(["model": .string(model), "max_tokens": 10]).encoded(),
            pathModel: nil
        )
    }

    /// A name with a date is that without it in the shipped list alone; a price that was set counts for its very name.
    @Test(
        arguments: [
            ("gpt-4o", "openai", 1), ("gpt-4o-2024-08-06", "openai", 2_500_000),
            ("gpt-4o-2024-05-13", "openai", 5_000_000),
            ("gpt-4o-mini-latest", "openai", 150_000), ("gpt-4o-2999-01-01", "openai", nil), ("gpt-4o", nil, 1),
            ("gpt-4o-2024-08-06", nil, nil), ("gpt-4o-mini", nil, nil), ("gpt-4o-mini", "gemini", nil),
        ] as [(String, String?, Int64?)]
    )
    func knowsTheShippedPricesOfDatedModels(_ model: String, _ provider: String?, _ input: Int64?) throws {
        let request = try Self.request(model, provider: provider)
        #expect(request.price?.rates.input == input)
        #expect((request.most != nil) == (input != nil))
    }
}
