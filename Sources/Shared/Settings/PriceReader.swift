import JobModel
import Workflow

/// Reads the price of a model in the connections file: dollars for a million tokens.
struct PriceReader {
    /// What is wrong; the place is nil where something is missing.
    struct Fault {
        let place: SourcePlace?
        let reason: String
    }

    private static let rates = ["input", "cached_input", "cache_write", "output", "reasoning"]
    private static let counts = ["max_output", "context", "tokens_per_image"]
    private static let known = rates + ["batch_percent"] + counts
    private static let mostTokens = 1_000_000_000

    private let entries: [SourceEntry]
    private(set) var faults: [Fault] = []

    init(_ entries: [SourceEntry]) { self.entries = entries }

    /// The price; nil where there are faults.
    mutating func price() -> ModelPrice? {
        for entry in entries where !Self.known.contains(entry.key) {
            faults.append(
                Fault(
                    place: entry.keyPlace,
                    reason: "unknown key \(entry.key); known are \(Self.known.joined(separator: ", "))"
                )
            )
        }
        let rates = Dictionary(uniqueKeysWithValues: Self.rates.map { ($0, rate($0)) })
        let percent = count("batch_percent", most: 100)
        let counts = Dictionary(uniqueKeysWithValues: Self.counts.map { ($0, count($0, most: Self.mostTokens)) })
        guard let input = rates["input"] ?? nil, let output = rates["output"] ?? nil else {
            if faults.isEmpty {
                faults.append(
                    Fault(
                        place: nil,
                        reason: "a price needs input and output, in dollars for a million tokens, such as 2.50"
                    )
                )
            }
            return nil
        }
        guard faults.isEmpty else { return nil }
        return ModelPrice(
            rates: .init(
                input: input,
                cachedInput: rates["cached_input"] ?? nil,
                cacheWrite: rates["cache_write"] ?? nil,
                output: output,
                reasoning: rates["reasoning"] ?? nil
            ),
            batchPercent: percent ?? 100,
            maximumOutput: counts["max_output"] ?? nil,
            context: counts["context"] ?? nil,
            tokensPerImage: counts["tokens_per_image"] ?? nil
        )
    }

    private mutating func rate(_ key: String) -> Int64? {
        guard let node = entries.first(where: { $0.key == key })?.value else { return nil }
        guard let rate = node.scalarText.flatMap({ MicroDollars(dollars: $0) })?.rawValue,
            rate <= 1_000_000_000_000
        else {
            faults.append(Fault(place: node.place, reason: "\(key) must be dollars for a million tokens, such as 2.50"))
            return nil
        }
        return rate
    }

    private mutating func count(_ key: String, most: Int) -> Int? {
        guard let node = entries.first(where: { $0.key == key })?.value else { return nil }
        guard let count = node.scalarText.flatMap({ Int($0) }), (1...most).contains(count) else {
            faults.append(Fault(place: node.place, reason: "\(key) must be a whole number, 1 to \(most)"))
            return nil
        }
        return count
    }
}
