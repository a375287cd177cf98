import JobModel

/// A JSON value that is being read, together with its place, so that a fault can be named.
struct JSONReading {
    let value: JSONValue
    let place: String

    init(_ value: JSONValue, at place: String) {
        self.value = value
        self.place = place
    }

    /// The member of an object; JSON `null` counts as missing.
    func optional(_ key: String) -> JSONReading? {
        guard let member = value[key], !member.isNull else { return nil }
        return JSONReading(member, at: "\(place).\(key)")
    }

    /// The member of an object; a missing one is read as `null`, so that its reader names the fault.
    func member(_ key: String) -> JSONReading { JSONReading(value[key] ?? .null, at: "\(place).\(key)") }

    func string() throws(ModelJSONError) -> String {
        guard let text = value.stringValue else { throw fault("a string") }
        return text
    }

    func bool() throws(ModelJSONError) -> Bool {
        guard let bool = value.boolValue else { throw fault("true or false") }
        return bool
    }

    /// A count: an integer that is not negative.
    func count() throws(ModelJSONError) -> Int {
        guard let integer = value.integerValue, let count = Int(exactly: integer), count >= 0 else {
            throw fault("an integer of at least 0")
        }
        return count
    }

    func elements() throws(ModelJSONError) -> [JSONReading] {
        guard let values = value.arrayValue else { throw fault("an array") }
        return values.enumerated().map { JSONReading($1, at: "\(place)[\($0)]") }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ type: Choice.Type = Choice.self
    ) throws(ModelJSONError) -> Choice {
        guard let choice = value.stringValue.flatMap({ Choice(rawValue: $0) }) else {
            throw fault("one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func fault(_ expected: String) -> ModelJSONError { ModelJSONError(place: place, expected: expected) }
}
