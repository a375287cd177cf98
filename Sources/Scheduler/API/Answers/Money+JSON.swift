import JobModel
import Storage

extension BudgetDetail {
    /// The object `Budget` of the API.
    var json: JSONValue {
        [
            "scope": .word(scope), "name": .string(name), "per": .word(period), "mode": .word(budget.mode),
            "limit_micro_usd": .money(budget.limit), "paid_micro_usd": .money(paid),
            "unknown_micro_usd": .money(unknown), "reserved_micro_usd": .money(reserved),
            "free_micro_usd": .money(free),
            "ends_at": .time(endsAt),
        ]
    }
}

extension CostDetail {
    /// The object `Cost` of the API.
    var json: JSONValue {
        [
            "name": .string(name), "calls": .count(calls), "unknown_calls": .count(unknownCalls),
            "paid_micro_usd": .money(paid), "unknown_micro_usd": .money(unknown),
            "reserved_micro_usd": .money(reserved), "saved_micro_usd": .money(saved),
            "estimated_calls": .count(estimatedCalls), "unpriced_calls": .count(unpricedCalls),
            "overruns": .count(overruns),
        ]
    }
}

extension PriceDetail {
    /// The object `Price` of the API.
    var json: JSONValue {
        ["provider": .string(provider), "model": .string(model), "from": .time(from), "price": price.json]
    }
}
