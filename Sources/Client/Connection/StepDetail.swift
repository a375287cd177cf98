import JobModel

/// One step of a job.
struct StepDetail: Equatable, Sendable {
    /// The tokens of a model call.
    struct Usage: Equatable, Sendable {
        let input: Int64
        let cachedInput: Int64
        let output: Int64
        let reasoning: Int64
    }

    let position: String
    let kind: String
    let name: String
    let effect: String
    let state: String
    /// The attempt that ran it.
    let attempt: Int64
    let epoch: Int64
    let usage: Usage?
    let cost: MicroDollars?
    let unknownCalls: Int64
    let startedAt: Timestamp?
    let settledAt: Timestamp?
    let error: String?

    init(_ json: JSONValue) {
        position = json.text("position")
        kind = json.text("kind")
        name = json.text("name")
        effect = json.text("effect")
        state = json.text("state")
        attempt = json.number("attempt")
        epoch = json.number("epoch")
        usage = json["usage"]?.objectValue.map { object in
            let usage = JSONValue.object(object)
            return Usage(
                input: usage.number("input"),
                cachedInput: usage.number("cached_input"),
                output: usage.number("output"),
                reasoning: usage.number("reasoning")
            )
        }
        cost = json.optionalNumber("cost_micro_usd").map(MicroDollars.init)
        unknownCalls = json.number("unknown_calls")
        startedAt = json.time("started_at")
        settledAt = json.time("settled_at")
        error = json.errorText("error")
    }

    /// What it is in a word or two: `model openai/gpt-4o`, `tool sql`.
    var what: String { name.isEmpty ? kind : "\(kind) \(name)" }
}
