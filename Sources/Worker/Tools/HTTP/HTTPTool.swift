import HTTPTransport
package import JobModel
package import Models
package import Workflow

/// Sends the HTTP requests a model writes.
package struct HTTPTool: Tool {
    package let definition: Models.ToolDefinition
    package let effect: Effect
    private let methods: [HTTPMethod]
    private let access: HTTPAccess
    private let check: ArgumentCheck

    /// - Parameters:
    ///   - name: What the model calls it.
    ///   - about: What the workflow says of it, put before what every HTTP tool says of itself.
    ///   - methods: What the model may choose from; those of `access` or fewer, never empty.
    ///   - effect: What repeating a call does; `nil`, the default, stands for the most that one of the methods does.
    package init(name: String, about: String? = nil, methods: [HTTPMethod], effect: Effect? = nil, access: HTTPAccess) {
        precondition(!methods.isEmpty, "a tool for HTTP has a method")
        let schema = Self.schema(methods)
        let general = "Sends an HTTP request. Answers with its status, headers and body as JSON."
        definition = Models.ToolDefinition(
            name: name,
            description: [about, general].compactMap { $0 }.joined(separator: " "),
            parameters: schema.value
        )
        self.effect = effect ?? Self.usualEffect(of: methods)
        self.methods = methods
        self.access = access
        check = ArgumentCheck(schema)
    }

    package func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = check.fault(in: arguments) { return fault }
        do {
            return ToolOutput(try await access.send(request(arguments, context)).json)
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

    private static func schema(_ methods: [HTTPMethod]) -> JSONSchema {
        JSONSchema.builtIn([
            "type": "object",
            "properties": [
                "method": ["enum": .array(methods.map { .string($0.rawValue) })],
                "url": [
                    "type": "string", "minLength": 1, "description": "an absolute address, or a path of the service",
                ],
                "headers": ["type": "object", "additionalProperties": ["type": "string"]],
                "body": ["description": "a string is sent as it is, anything else as JSON"],
            ],
            "required": methods.count == 1 ? ["url"] : ["method", "url"],
            "additionalProperties": false,
        ])
    }

    private func request(_ arguments: JSONValue, _ context: ToolContext) -> HTTPCall {
        let method = arguments["method"]?.stringValue.flatMap(HTTPMethod.init(rawValue:)) ?? methods[0]
        var call = HTTPCall(method: method, url: arguments["url"]?.stringValue ?? "")
        call.headers = arguments["headers"]?.objectValue?.map { ($0.key, $0.value.stringValue ?? "") } ?? []
        switch arguments["body"] {
        case nil: break
        case .string(let text): call.body = .text(text)
        case let value?: call.body = .json(value)
        }
        call.effect = effect
        if effect != .none { call.idempotencyKey = context.idempotencyKey }
        return call
    }

    private static func usualEffect(of methods: [HTTPMethod]) -> Effect {
        let effects = methods.map(\.usualEffect)
        return effects.contains(.once) ? .once : effects.contains(.idempotent) ? .idempotent : .none
    }
}
