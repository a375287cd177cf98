package import JobModel

/// Whether a paid call may be made.
package enum CallVerdict: Equatable, Sendable {
    /// A budget that decided, and what it had come to.
    package struct Decider: Equatable, Sendable {
        package let scope: Budget.Scope
        /// The team or connection; the number of a run or job.
        package let name: String
        package let period: Budget.Period
        package let mode: Budget.Mode
        package let limit: MicroDollars
        /// What was paid, and what unknown calls keep.
        package let used: MicroDollars
        /// What calls under way may still cost.
        package let reserved: MicroDollars
        /// When its period turns, in RFC 3339; nil when it never does.
        package let ends: String?
        /// How long until then.
        package let untilEnd: Duration?
    }

    /// Its intent is written and its money reserved; with the budget that it is the first to exceed, where that allows it.
    case granted(warning: Decider?)
    /// It would fit if calls under way were settled for less than they have reserved.
    case wait(Decider)
    /// It does not fit, and its job is to wait until the budget is raised or its period turns.
    case held(Decider)
    /// It does not fit, and its job is to fail.
    case refused(Decider)
    /// Nobody knows what it can cost, and it is under a budget.
    case unpriced(Decider)
    /// The job has made as many calls as it may.
    case callsUsed(Int)
}

extension CallVerdict {
    /// Nil for a verdict that this program does not know.
    init?(verdict: String, detail: JSONValue) {
        let decider = Decider(detail)
        switch (verdict, decider) {
        case ("granted", _): self = .granted(warning: decider)
        case ("wait", let decider?): self = .wait(decider)
        case ("held", let decider?): self = .held(decider)
        case ("refused", let decider?): self = .refused(decider)
        case ("unpriced", let decider?): self = .unpriced(decider)
        case ("calls", _): self = .callsUsed(Int(detail["calls"]?.integerValue ?? 0))
        default: return nil
        }
    }
}

extension CallVerdict.Decider {
    fileprivate init?(_ json: JSONValue) {
        guard let scope = json["scope"]?.stringValue.flatMap({ Budget.Scope(rawValue: $0) }),
            let name = json["name"]?.stringValue,
            let period = json["period"]?.stringValue.flatMap({ Budget.Period(rawValue: $0) }),
            let mode = json["mode"]?.stringValue.flatMap({ Budget.Mode(rawValue: $0) }),
            let limit = json["limit"]?.integerValue,
            let used = json["used"]?.integerValue, let reserved = json["reserved"]?.integerValue
        else { return nil }
        self.init(
            scope: scope,
            name: name,
            period: period,
            mode: mode,
            limit: MicroDollars(rawValue: limit),
            used: MicroDollars(rawValue: used),
            reserved: MicroDollars(rawValue: reserved),
            ends: json["ends"]?.stringValue,
            untilEnd: json["wait_us"]?.integerValue.map { .microseconds($0) }
        )
    }
}
