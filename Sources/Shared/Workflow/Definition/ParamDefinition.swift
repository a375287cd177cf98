package import JobModel

/// A value that a run of the workflow starts from.
package struct ParamDefinition: Equatable, Sendable {
    /// What a param may hold.
    package enum Kind: String, CaseIterable, Sendable {
        case string, integer, number, boolean, object, array
    }

    /// The name, by which expressions refer to it.
    package let name: String
    /// What it may hold, by default a string.
    package let type: Kind
    /// What it is for, for people.
    package let description: String?
    /// The value of a run that gives none; always of the type, and one of `choices`.
    package let `default`: JSONValue?
    /// The only values allowed; empty allows all of the type.
    package let choices: [JSONValue]
    /// Whether a run must give a value; it must not where there is a default, and by default it must where there is none.
    package let isRequired: Bool
}

extension ParamDefinition.Kind {
    /// Whether a value is of the type; a number without a fraction is an integer too.
    package func accepts(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.string, .string), (.boolean, .bool), (.object, .object), (.array, .array): true
        case (.integer, _): value.integerValue != nil
        case (.number, _): value.doubleValue != nil
        default: false
        }
    }

    /// The type with its article, for messages.
    var indefinite: String {
        switch self {
        case .integer, .object, .array: "an \(rawValue)"
        case .string, .number, .boolean: "a \(rawValue)"
        }
    }
}
