import JobModel
import Models

/// Gives tools from elsewhere names that every provider takes and no two of which are the same.
package struct ToolNames: Sendable {
    /// The longest name that every provider takes.
    static let maximumLength = 64

    private var taken: Set<String>

    /// - Parameter taken: The names of the tools that the workflow names itself.
    package init(taken: some Sequence<String>) { self.taken = Set(taken) }

    /// The tool under its own name as far as that can be; with the name of its source before it where that is taken.
    package mutating func named(_ tool: any Tool, from source: String) -> any Tool {
        let plain = Self.valid(tool.definition.name)
        let prefixed = Self.valid("\(source)_\(tool.definition.name)")
        var name = taken.contains(plain) ? prefixed : plain
        var number = 2
        while !taken.insert(name).inserted {
            name = prefixed.prefix(Self.maximumLength - 5) + "_\(number)"
            number += 1
        }
        return ServerTool(tool, name, from: source)
    }

    private static func valid(_ name: String) -> String {
        let letters = name.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-": Character(scalar)
            default: "_"
            }
        }
        let text = String(letters.prefix(maximumLength))
        // Some providers want a letter or an underscore first.
        guard let first = text.first, first.isLetter || first == "_" else {
            return "_" + text.prefix(maximumLength - 1)
        }
        return text
    }
}

/// A tool of a server, under the name by which the model calls it.
struct ServerTool: Tool {
    private let tool: any Tool
    let definition: ToolDefinition
    let server: String?
    var names: [String] { definition.name == tool.definition.name ? tool.names : [definition.name] + tool.names }

    init(_ tool: any Tool, _ name: String, from server: String) {
        self.server = server
        self.tool = tool
        var definition = tool.definition
        definition.name = name
        self.definition = definition
    }

    var effect: Effect { tool.effect }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        try await tool.call(arguments, context)
    }
}
