internal import JobModel

/// Where an agent is stopped; its work is kept, and the call throws a ``JobError`` whose code begins with `limit-`.
///
/// Money is limited by the job's `budget` in the workflow file.
public struct AgentLimits: Sendable {
    /// The most model calls, 1 to 1,000; by default 30.
    public var turns: Int
    /// The most tokens read and written by all turns together; nil sets no limit.
    public var tokens: Int?
    /// The longest time in one attempt; nil sets no limit besides the job's timeout.
    public var time: Duration?
    /// How many times in a row the same call with the same arguments may be made, by default 3.
    public var repeatedCalls: Int

    /// By default 30 turns.
    public init(turns: Int = 30, tokens: Int? = nil, time: Duration? = nil, repeatedCalls: Int = 3) {
        self.turns = turns
        self.tokens = tokens
        self.time = time
        self.repeatedCalls = repeatedCalls
    }

    var fields: JSONObject {
        var fields: JSONObject = [
            "turns": .integer(Int64(turns)), "repeated_calls": .integer(Int64(repeatedCalls)),
        ]
        fields["tokens"] = tokens.map { .integer(Int64($0)) }
        fields["time"] = time.map { .string("\($0.wholeMicroseconds / 1000)ms") }
        return fields
    }
}
