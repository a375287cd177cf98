import JobModel
import Models
import Tools
import Workflow

/// Lets a model read on in a result that was too long to be shown whole.
struct ReadResultTool: Tool {
    static let name = "read_result"

    let shelf: ResultShelf
    let effect = Effect.none
    let definition = Models.ToolDefinition(
        name: ReadResultTool.name,
        description:
            "Reads a part of a tool's result that was cut. The notice at the cut names the result and the offset.",
        parameters: [
            "type": "object",
            "properties": [
                "result": ["type": "string", "description": "as the notice names it, such as t0004.2"],
                "offset": ["type": "integer", "minimum": 0],
                "bytes": ["type": "integer", "minimum": 1, "maximum": .integer(Int64(ResultShelf.shownByteCount))],
            ],
            "required": ["result", "offset"],
            "additionalProperties": false,
        ]
    )

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = definition.fault(in: arguments) { return fault }
        let name = arguments["result"]?.stringValue ?? ""
        guard let bytes = try await shelf.bytes(of: name) else {
            let names = shelf.names.joined(separator: ", ")
            return .fault("there is no long result \(name)" + (names.isEmpty ? "" : "; there are \(names)"))
        }
        let offset = Int(arguments["offset"]?.integerValue ?? 0)
        guard offset < bytes.count else { return .fault("the result has \(bytes.count) bytes") }
        let most = arguments["bytes"]?.integerValue.map { Int($0) } ?? ResultShelf.shownByteCount / 2
        // Room for the notice, or this result would be cut in turn.
        let slice = TextSlice(of: bytes, from: offset, atMost: min(most, ResultShelf.shownByteCount - 256))
        let rest = bytes.count - slice.end
        return ToolOutput(slice.text + (rest > 0 ? "\n[\(rest) bytes follow, from offset \(slice.end)]" : ""))
    }
}

extension Models.ToolDefinition {
    /// What to tell the model of arguments that do not fit; nil when they do.
    ///
    /// - Precondition: The parameters are a JSON Schema.
    func fault(in arguments: JSONValue) -> ToolOutput? {
        let schema: JSONSchema
        do {
            schema = try JSONSchema(parameters)
        } catch {
            preconditionFailure("the schema of \(name) is wrong: \(error)")
        }
        return .misfit(of: arguments, to: schema)
    }
}

extension ToolOutput {
    /// What to tell the model of arguments that do not fit a schema; nil when they do.
    static func misfit(of arguments: JSONValue, to schema: JSONSchema) -> ToolOutput? {
        let faults = schema.validate(arguments)
        if faults.isEmpty { return nil }
        let list = faults.map { "- \($0)" }.joined(separator: "\n")
        return .fault("the arguments do not fit the tool's schema; nothing was done:\n\(list)")
    }
}
