import JobModel

/// What the program of one attempt did through the gateway.
package struct GatewayStatistics: Equatable, Sendable {
    /// Requests of whatever kind that carried the attempt's token.
    package var requests = 0
    /// Calls that were made.
    package var calls = 0
    /// Calls and named steps that were served from their records.
    package var replayed = 0
    /// Those of them whose request differs in what tools returned.
    package var drifted = 0
    /// Calls that were made although the last attempt made another one in their place.
    package var diverged = 0

    package init() {}

    var json: JSONValue {
        [
            "requests": .integer(Int64(requests)), "calls": .integer(Int64(calls)),
            "replayed": .integer(Int64(replayed)), "drifted": .integer(Int64(drifted)),
            "diverged": .integer(Int64(diverged)),
        ]
    }

    init(json: JSONValue) {
        func count(_ key: String) -> Int { Int(json[key]?.integerValue ?? 0) }
        requests = count("requests")
        calls = count("calls")
        replayed = count("replayed")
        drifted = count("drifted")
        diverged = count("diverged")
    }
}
