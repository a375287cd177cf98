import JobModel
import Models
import Testing

@testable import Worker

@Suite struct CallBoundTests {
    private static func request(_ text: String) -> ModelRequest {
        ModelRequest(model: "m", messages: [.system("be good"), .user(text)])
    }

    @Test(arguments: ["", "hello", "日本語のテキスト", String(repeating: "🙂", count: 1000)])
    func countsATokenForEachByteAtLeast(_ text: String) throws {
        let bound = try #require(CallBound(Self.request(text), price: nil).input)
        #expect(bound >= text.utf8.count && bound <= text.utf8.count + 2000)
    }

    @Test func countsToolsAndSchemas() throws {
        let plain = try #require(CallBound(Self.request("x"), price: nil).input)
        var request = Self.request("x")
        request.output = OutputSchema(
            name: "output",
            schema: ["description": .string(String(repeating: "d", count: 500))]
        )
        let larger = try #require(CallBound(request, price: nil).input)
        #expect(larger >= plain + 500)
    }

    @Test func takesTheLongestAnswerFromTheRequestOrTheModel() {
        var request = Self.request("x")
        let price = ModelPrice(rates: .init(input: 1, output: 1), maximumOutput: 4096, context: 300)
        #expect(CallBound(request, price: nil).output == nil)
        #expect(CallBound(request, price: price).output == 4096)
        #expect(CallBound(request, price: price).input == 300)
        request.maximumOutputTokens = 7
        #expect(CallBound(request, price: price).output == 7)
    }

    @Test func saysHowToFindOutWhatNobodyKnows() {
        let bound = CallBound(Self.request("x"), price: nil)
        let unpriced = ModelCharge(connection: "c", model: "m", price: nil, bound: bound)
        #expect(unpriced.most == nil && unpriced.fault.contains("chassis prices set c/m --input"))
        let price = ModelPrice(input: 1_000_000, output: 1_000_000)
        let endless = ModelCharge(connection: "c", model: "m", price: price, bound: bound)
        #expect(endless.most == nil && endless.fault.contains("max_output_tokens"))
    }

    /// A provider that says nothing, or that there were no tokens, is settled as the most that the call can have cost.
    @Test func settlesWhatAProviderSays() throws {
        var request = Self.request("x")
        request.maximumOutputTokens = 100
        let price = ModelPrice(input: 1_000_000, output: 2_000_000)
        let charge = ModelCharge(connection: "c", model: "m", price: price, bound: CallBound(request, price: price))
        let most = try #require(charge.most)
        func settled(_ usage: TokenUsage?) -> StepResult {
            charge.settled(StepResult(value: .null, usage: usage?.json))
        }
        #expect(settled(TokenUsage(input: 10, output: 5)).cost?.rawValue == 20)
        for lie in [nil, TokenUsage(input: 0, output: 0)] {
            #expect(settled(lie).cost == most && settled(lie).usage == nil)
        }
        let huge = settled(TokenUsage(input: 1_000_000, output: 1_000_000))
        #expect(huge.cost?.rawValue == 3_000_000 && huge.cost.map { $0 > most } == true)
    }
}
