import JobModel
import Workflow

/// Checks a model's arguments before anything is done with them.
struct ArgumentCheck: Sendable {
    private let schema: JSONSchema

    init(_ schema: JSONSchema) { self.schema = schema }

    /// What to tell the model; nil when the arguments fit.
    func fault(in arguments: JSONValue) -> ToolOutput? {
        let faults = schema.validate(arguments)
        if faults.isEmpty { return nil }
        let list = faults.map { "- \($0)" }.joined(separator: "\n")
        return .fault("the arguments do not fit the tool's schema; nothing was done:\n\(list)")
    }
}

extension JSONSchema {
    /// A schema that is part of the program, and so right.
    static func builtIn(_ value: JSONValue) -> JSONSchema {
        do {
            return try JSONSchema(value)
        } catch {
            preconditionFailure("a built-in schema is wrong: \(error)")
        }
    }
}
