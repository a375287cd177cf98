import HTTPTransport
package import JobModel
package import Models
import Workflow

/// An operation of a service as a tool.
package struct OpenAPITool: Tool {
    package let definition: Models.ToolDefinition
    package let effect: Effect
    private let method: HTTPMethod
    private let entry: JSONValue
    private let access: HTTPAccess
    private let check: ArgumentCheck

    /// A tool as it was listed; nil when the entry is none that can be used.
    init?(_ entry: JSONValue, _ access: HTTPAccess) {
        guard let name = entry["name"]?.stringValue,
            let effect = entry["effect"]?.stringValue.flatMap(Effect.init(rawValue:)),
            let method = entry["method"]?.stringValue.flatMap(HTTPMethod.init(rawValue:)),
            let parameters = entry["parameters"]
        else { return nil }
        definition = Models.ToolDefinition(
            name: name,
            description: entry["description"]?.stringValue ?? "",
            parameters: parameters
        )
        self.effect = effect
        self.method = method
        self.entry = entry
        self.access = access
        check = ArgumentCheck(JSONSchema.usable(parameters))
    }

    package func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = check.fault(in: arguments) { return fault }
        do {
            var call = try OpenAPIRequest(entry, arguments).call(method)
            call.effect = effect
            if effect != .none { call.idempotencyKey = context.idempotencyKey }
            return ToolOutput(try await access.send(call).json)
        } catch let error as HTTPRefusal {
            return .fault("nothing was sent: \(error)")
        } catch let error as HTTPRedirectFault {
            guard effect == .none else {
                throw ToolsError.outcomeUnknown(tool: definition.name, reason: error.description)
            }
            return .fault(error.description)
        } catch let error as HTTPTransportError {
            guard effect == .none || !error.requestMayHaveArrived else {
                throw ToolsError.outcomeUnknown(tool: definition.name, reason: error.description)
            }
            return .fault(error.description)
        }
    }
}
