package import JobModel

/// What the program of one attempt did through the gateway.
package struct GatewayStatistics: Equatable, Sendable {
    /// Requests for calls, whatever became of them; not those for named steps, nor for what is passed on unrecorded.
    package var asked = 0
    /// Calls that were made.
    package var calls = 0
    /// Calls and named steps that were served from their records.
    package var replayed = 0
    /// Those of them that are calls.
    package var replayedCalls = 0
    /// Those of the calls whose request differs in what tools returned.
    package var drifted = 0
    /// Calls that were made although the last attempt made another one in their place.
    package var diverged = 0
    /// Calls that earlier attempts recorded and the program has not asked for.
    package var unasked = 0
    /// What the job has to wait for before its program can go on, such as a budget.
    package var suspension: Suspension?
    /// Why the job must not go on.
    package var failure: JobFailure?

    package init() {}

    /// Whether the program asked for other calls than it did before, in place of those.
    package var goesAnotherWay: Bool { unasked > 0 && calls > 0 }

    var json: JSONValue {
        [
            "asked": .integer(Int64(asked)), "calls": .integer(Int64(calls)),
            "replayed": .integer(Int64(replayed)), "replayed_calls": .integer(Int64(replayedCalls)),
            "drifted": .integer(Int64(drifted)), "unasked": .integer(Int64(unasked)),
            "diverged": .integer(Int64(diverged)), "suspension": suspension?.json ?? .null,
            "failure": failure.map { ["code": .string($0.code), "message": .string($0.message)] } ?? .null,
        ]
    }

    init(json: JSONValue) {
        func count(_ key: String) -> Int { Int(json[key]?.integerValue ?? 0) }
        asked = count("asked")
        calls = count("calls")
        replayed = count("replayed")
        replayedCalls = count("replayed_calls")
        drifted = count("drifted")
        diverged = count("diverged")
        unasked = count("unasked")
        suspension = json["suspension"].flatMap(Suspension.init)
        if let code = json["failure"]?["code"]?.stringValue, let message = json["failure"]?["message"]?.stringValue {
            failure = JobFailure(code: code, message: message, isPermanent: true)
        }
    }
}

extension Suspension {
    /// As it is handed from the gateway to its worker, which counts a length from its own now.
    fileprivate var json: JSONValue {
        let wait: JSONValue =
            switch until {
            case .after(let wait): .integer(wait.wholeMicroseconds)
            case .at, nil: .null
            }
        return ["waits_for": .string(waitsFor.rawValue), "wait_us": wait, "detail": .string(detail)]
    }

    fileprivate init?(json: JSONValue) {
        guard let thing = json["waits_for"]?.stringValue.flatMap(Thing.init), let detail = json["detail"]?.stringValue
        else { return nil }
        self.init(
            waitsFor: thing,
            until: json["wait_us"]?.integerValue.map { .after(.microseconds($0)) },
            detail: detail
        )
    }
}
