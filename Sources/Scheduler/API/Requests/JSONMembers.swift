import JobModel

/// The members of a request's body, taken one by one; what is left over is an error.
struct JSONMembers {
    private var object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// - Throws: `Problem` when the member is missing or no string.
    mutating func text(_ key: String) throws -> String {
        guard let text = try optionalText(key) else {
            throw Problem(.badRequest, "the body lacks \"\(key)\", a string")
        }
        return text
    }

    /// The text of a member; nil when it is missing or null.
    mutating func optionalText(_ key: String) throws -> String? {
        try take(key, "a string", \.stringValue)
    }

    /// The truth of a member; nil when it is missing or null.
    mutating func optionalBool(_ key: String) throws -> Bool? {
        try take(key, "true or false", \.boolValue)
    }

    /// The whole number of a member; nil when it is missing or null.
    mutating func optionalInteger(_ key: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let value = try take(key, "a whole number", \.integerValue) else { return nil }
        guard range.contains(value) else {
            throw Problem(.badRequest, "\"\(key)\" must be \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return value
    }

    /// The members of a member; nil when it is missing or null.
    mutating func optionalObject(_ key: String) throws -> JSONObject? {
        try take(key, "an object", \.objectValue)
    }

    /// A member as it is; nil when it is missing.
    mutating func optionalValue(_ key: String) -> JSONValue? {
        guard let value = object[key] else { return nil }
        object[key] = nil
        return value
    }

    /// The run that the member `run` names; nil when it is missing or null.
    mutating func optionalRun() throws -> RunID? {
        try optionalInteger("run", in: 1...Int64.max).map(RunID.init(rawValue:))
    }

    /// Whether there is such a member, which is not taken.
    func holds(_ key: String) -> Bool { object[key].map { !$0.isNull } ?? false }

    /// Refuses members that nobody has asked for.
    func finish() throws {
        guard let key = object.keys.first else { return }
        throw Problem(.badRequest, "the body has a member \"\(key)\" that is not known here; leave it out")
    }

    private mutating func take<Value>(
        _ key: String,
        _ expected: String,
        _ convert: (JSONValue) -> Value?
    ) throws -> Value? {
        guard let value = object[key] else { return nil }
        object[key] = nil
        if value.isNull { return nil }
        guard let converted = convert(value) else {
            throw Problem(.badRequest, "\"\(key)\" must be \(expected), not of type \(value.typeName)")
        }
        return converted
    }
}
