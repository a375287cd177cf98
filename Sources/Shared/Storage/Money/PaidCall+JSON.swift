package import JobModel

/// As bounds are handed from one process to another.
extension PaidCall.Bounds {
    package var json: JSONValue {
        var object: JSONObject = [:]
        object["run"] = run?.json
        object["job"] = job?.json
        object["calls"] = calls.map { .integer(Int64($0)) }
        return .object(object)
    }

    /// Reads what `json` wrote; what is not there sets no bound.
    package init(json: JSONValue) {
        self.init(
            run: json["run"].flatMap(Budget.init(json:)),
            job: json["job"].flatMap(Budget.init(json:)),
            calls: json["calls"]?.integerValue.map { Int($0) }
        )
    }
}

extension Budget {
    fileprivate var json: JSONValue { ["limit": .integer(limit.rawValue), "mode": .string(mode.rawValue)] }

    fileprivate init?(json: JSONValue) {
        guard let limit = json["limit"]?.integerValue,
            let mode = json["mode"]?.stringValue.flatMap({ Mode(rawValue: $0) })
        else { return nil }
        self.init(limit: MicroDollars(rawValue: limit), mode: mode)
    }
}
