import JobModel

/// What was paid, name by name, and all together.
enum CostsTable {
    static func lines(_ costs: [JSONValue], by grouping: String, width: Int?) -> [StyledLine] {
        guard !costs.isEmpty else { return [StyledLine("nothing was paid", .dim)] }
        var table = Table([
            .init(title: grouping, isFlexible: true, narrowest: 12), .init(title: "calls", alignment: .right),
            .init(title: "paid", alignment: .right), .init(title: "unknown", alignment: .right, dispensable: 1),
            .init(title: "reserved", alignment: .right, dispensable: 4),
            .init(title: "saved", alignment: .right, dispensable: 3),
            .init(title: "note", isFlexible: true, dispensable: 2),
        ])
        for cost in costs { table.add(row(cost, name: cost.text("name"))) }
        if costs.count > 1 { table.add(row(total(costs), name: "all together")) }
        return table.lines(width: width)
    }

    private static func row(_ cost: JSONValue, name: String) -> [StyledLine] {
        func amount(_ key: String) -> String {
            let amount = MicroDollars(rawValue: cost.number(key))
            return amount == .zero ? "" : amount.shown
        }
        return [
            StyledLine(name.isEmpty ? "–" : name, .bold), StyledLine(String(cost.number("calls"))),
            StyledLine(MicroDollars(rawValue: cost.number("paid_micro_usd")).description),
            StyledLine(amount("unknown_micro_usd"), .yellow), StyledLine(amount("reserved_micro_usd")),
            StyledLine(amount("saved_micro_usd"), .green), StyledLine(note(cost), .dim),
        ]
    }

    private static func note(_ cost: JSONValue) -> String {
        var parts: [String] = []
        for (key, text) in [
            ("unknown_calls", "outcome unknown"), ("unpriced_calls", "without a price"),
            ("estimated_calls", "estimated"), ("overruns", "dearer than can be"),
        ] where cost.number(key) > 0 {
            parts.append("\(MoneyLine.count(cost.number(key), "call")) \(text)")
        }
        return parts.joined(separator: ", ")
    }

    private static func total(_ costs: [JSONValue]) -> JSONValue {
        var sums: JSONObject = [:]
        for cost in costs {
            for (key, value) in cost.objectValue ?? [:] {
                guard let value = value.integerValue else { continue }
                sums[key] = .integer((sums[key]?.integerValue ?? 0) + value)
            }
        }
        return .object(sums)
    }
}
