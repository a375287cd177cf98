package import JobModel

/// The public list prices of well-known models, as of a date: to be checked against the provider's own list.
package struct ShippedPrices: Sendable {
    /// The day as of which the prices were listed, such as `2025-10-01`.
    package let asOf: String
    /// By kind of provider and model, as `openai/gpt-4o`, in the order of their names.
    package let models: [(provider: String, model: String, price: ModelPrice)]
    private let byName: [String: ModelPrice]

    /// The list in this program.
    package static let all: ShippedPrices = {
        guard let list = ShippedPrices(parsing: PackageResources.prices_json) else {
            preconditionFailure("the list of prices in this program cannot be read")
        }
        return list
    }()

    /// Nil where the text is no list of prices.
    init?(parsing text: [UInt8]) {
        // The caller says what it means: a program with a broken list does not start.
        guard let json = try? JSONValue(parsing: text), let asOf = json["as_of"]?.stringValue,
            let providers = json["providers"]?.objectValue
        else { return nil }
        var models: [(provider: String, model: String, price: ModelPrice)] = []
        for (provider, list) in providers {
            for (model, value) in list.objectValue ?? [:] {
                guard let price = ModelPrice(json: value) else { return nil }
                models.append((provider, model, price))
            }
        }
        self.asOf = asOf
        self.models = models.sorted { ($0.provider, $0.model) < ($1.provider, $1.model) }
        byName = Dictionary(models.map { ("\($0.provider)/\($0.model)", $0.price) }) { first, _ in first }
    }

    /// The price of a model, also of one whose name ends with a date behind a name that is known.
    ///
    /// A date counts up to the day of the list: what came later may cost something else. Which model `-latest` is, its
    /// provider may have changed since.
    package func price(of model: String, provider: String) -> ModelPrice? {
        if let price = byName["\(provider)/\(model)"] { return price }
        guard let base = Self.withoutVersion(model, notAfter: asOf) else { return nil }
        return byName["\(provider)/\(base)"]
    }

    /// `gpt-4o` of `gpt-4o-2024-08-06`, `claude-sonnet-4` of `claude-sonnet-4-20250514`.
    private static func withoutVersion(_ model: String, notAfter day: String) -> String? {
        let parts = model.split(separator: "-", omittingEmptySubsequences: false)
        func isNumber(_ part: Substring, _ digits: Int) -> Bool {
            part.utf8.count == digits && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        let versionParts: Int
        if let last = parts.last, parts.count > 1, isNumber(last, 8) {
            versionParts = 1
        } else if parts.count > 3, isNumber(parts[parts.count - 1], 2), isNumber(parts[parts.count - 2], 2),
            isNumber(parts[parts.count - 3], 4)
        {
            versionParts = 3
        } else {
            return nil
        }
        let date = parts.suffix(versionParts).joined()
        guard date <= day.replacing("-", with: "") else { return nil }
        return parts.dropLast(versionParts).joined(separator: "-")
    }
}
