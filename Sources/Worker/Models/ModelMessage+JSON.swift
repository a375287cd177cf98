package import JobModel

// The keys and values of this file are kept in every checkpoint: they may be added to, never changed.

extension ModelMessage {
    /// The message as it is kept in checkpoints.
    package var json: JSONValue { ["role": .string(role.rawValue), "parts": .array(parts.map(\.json))] }

    /// Reads what `json` wrote.
    package init(json: JSONValue) throws(ModelJSONError) { try self.init(JSONReading(json, at: "message")) }

    init(_ reading: JSONReading) throws(ModelJSONError) {
        role = try reading.member("role").choice()
        parts = []
        for part in try reading.member("parts").elements() { parts.append(try MessagePart(part)) }
    }
}
