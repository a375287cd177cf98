import JobModel

/// A budget, and what it has come to.
struct BudgetDetail: Equatable, Sendable {
    let scope: String
    let name: String
    let period: String
    let mode: String
    let limit: MicroDollars
    let paid: MicroDollars
    let unknown: MicroDollars
    let reserved: MicroDollars
    let free: MicroDollars
    let endsAt: Timestamp?

    init(_ json: JSONValue) {
        func money(_ key: String) -> MicroDollars { MicroDollars(rawValue: json.number(key)) }
        scope = json.text("scope")
        name = json.text("name")
        period = json.text("per")
        mode = json.text("mode")
        limit = money("limit_micro_usd")
        paid = money("paid_micro_usd")
        unknown = money("unknown_micro_usd")
        reserved = money("reserved_micro_usd")
        free = money("free_micro_usd")
        endsAt = json.time("ends_at")
    }
}
