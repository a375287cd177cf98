import JobModel
import Testing

@testable import Prices

@Suite struct PriceListTests {
    @Test func knowsWellKnownModels() {
        let all = ShippedPrices.all
        #expect(all.models.count > 20 && all.asOf.count == 10)
        for entry in all.models {
            #expect(entry.price.maximumOutput != nil && entry.price.context != nil, "\(entry.model) has no bounds")
            #expect(entry.price.rates.output >= entry.price.rates.input, "\(entry.model)")
        }
    }

    @Test(arguments: [
        ("gpt-4o", 2_500_000), ("gpt-4o-2024-08-06", 2_500_000), ("gpt-4o-2024-05-13", 5_000_000),
        ("gpt-4o-mini-2024-07-18", 150_000),
    ])
    func findsDatedNames(_ model: String, _ input: Int64) {
        #expect(ShippedPrices.all.price(of: model, provider: "openai")?.rates.input == input)
    }

    /// Which model `-latest` is, its provider changes.
    @Test(arguments: [
        "gpt-9", "gpt-4o-latest", "gpt-4o-realtime", "4o", "-latest", "gpt-4o-2024-08", "gpt-4o-2026-01-15", "",
    ])
    func doesNotGuess(_ model: String) { #expect(ShippedPrices.all.price(of: model, provider: "openai") == nil) }

    @Test func whatWasSetWinsTheConnectionFirst() {
        let list = PriceList([
            .init(provider: "openai", model: "gpt-4o", price: ModelPrice(input: 1, output: 1)),
            .init(provider: "mine", model: "gpt-4o", price: ModelPrice(input: 2, output: 2)),
        ])
        func input(_ connection: String, _ provider: String?) -> Int64? {
            list.price(of: "gpt-4o", connection: connection, provider: provider)?.price.rates.input
        }
        #expect(input("mine", "openai") == 2 && input("other", "openai") == 1 && input("mine", nil) == 2)
        #expect(input("other", nil) == nil)
        // A server of one's own is not the provider, whatever its models are called.
        #expect(PriceList().price(of: "gpt-4o", connection: "other", provider: nil) == nil)
        #expect(PriceList().price(of: "gpt-4o", connection: "other", provider: "openai")?.origin == .shipped)
    }
}
