package import JobModel

/// A tool as the model is told of it.
package struct ToolDefinition: Hashable, Sendable {
    /// The name the model calls it by.
    package var name: String
    /// What it does and when to use it.
    package var description: String
    /// The JSON Schema of its arguments.
    package var parameters: JSONValue

    /// A definition made of its parts.
    package init(name: String, description: String, parameters: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }

    var json: JSONValue {
        ["name": .string(name), "description": .string(description), "parameters": parameters]
    }
}
