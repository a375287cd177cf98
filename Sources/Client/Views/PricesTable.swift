import JobModel

/// The list of prices, in dollars for a million tokens.
enum PricesTable {
    static func lines(_ prices: [JSONValue], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !prices.isEmpty else {
            return [
                StyledLine(
                    "no prices were set; 'chassis prices list --shipped' lists those that come with the program",
                    .dim
                )
            ]
        }
        var table = Table([
            .init(title: "model", isFlexible: true, narrowest: 16), .init(title: "input", alignment: .right),
            .init(title: "cached", alignment: .right, dispensable: 3),
            .init(title: "cache write", alignment: .right, dispensable: 4),
            .init(title: "output", alignment: .right), .init(title: "reasoning", alignment: .right, dispensable: 5),
            .init(title: "batch", alignment: .right, dispensable: 6),
            .init(title: "longest answer", alignment: .right, dispensable: 2),
            .init(title: "context", alignment: .right, dispensable: 7), .init(title: "from", dispensable: 1),
        ])
        for entry in prices {
            let price = entry["price"] ?? .null
            func rate(_ key: String) -> StyledLine {
                StyledLine(price.optionalNumber(key).map { MicroDollars(rawValue: $0).shown } ?? "")
            }
            func count(_ key: String) -> StyledLine { StyledLine(price.optionalNumber(key).map { String($0) } ?? "") }
            let isLong = !(price["long_context"] ?? .null).isNull
            table.add([
                StyledLine("\(entry.text("provider"))/", .dim).adding(entry.text("model"), .bold)
                    .adding(isLong ? " (more when long)" : "", .dim),
                rate("input"), rate("cached_input"), rate("cache_write"), rate("output"), rate("reasoning"),
                StyledLine(price.optionalNumber("batch_percent").map { "\($0) %" } ?? ""), count("maximum_output"),
                count("context"), StyledLine(entry.time("from")?.relative(to: now) ?? "", .dim),
            ])
        }
        return table.lines(width: width)
    }
}
