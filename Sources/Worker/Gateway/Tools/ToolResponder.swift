import Hummingbird
import JobModel

/// Answers what programs ask over MCP, the streamable HTTP form of it: each message is a POST, each answer its body.
struct ToolResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// What is known of the protocol's versions that begin with a handshake; any other gets the newest.
    private static let versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]

    /// The numbers of JSON-RPC's errors.
    private enum Fault: Int64 {
        case noJSON = -32700
        case noRequest = -32600
        case noMethod = -32601
        case badParams = -32602
        case inside = -32603
    }

    /// How requests are refused that never were any.
    static let words = ArrivalWords { refusal, _ in ToolResponder.fault(nil, .noRequest, refusal.message).encoded() }

    /// By the tokens that the programs have.
    let programs: AttemptTokens<ToolProgram>
    /// By the tokens that the gateway has, to ask about their calls.
    let judged: AttemptTokens<ToolProgram>

    @concurrent func respond(to request: Request, context: Context) async throws -> Response {
        do {
            let parts = request.uri.path.split(separator: "/").map(String.init)
            if parts.first == "judge" { return try await judge(request, parts.last ?? "") }
            let program = try program(of: request)
            guard request.method == .post else {
                // No server speaks first here, and there is no session to end.
                return Response(status: .methodNotAllowed, headers: [.allow: "POST"])
            }
            let share = program.room.share()
            defer { withExtendedLifetime(share) {} }
            return try await answer(try await GatewayResponder.body(of: request, share: share), program.host)
        } catch let refusal as GatewayRefusal {
            let fault = Self.fault(nil, .noRequest, refusal.message)
            return Self.response(.init(code: refusal.reason.status), fault)
        }
    }

    private func program(of request: Request) throws -> ToolProgram {
        let parts = request.uri.path.split(separator: "/").map(String.init)
        guard parts.first == "mcp", parts.count <= 2 else {
            throw GatewayRefusal(.notFound, "tools are at $CHASSIS_MCP_URL, and nothing else is here")
        }
        var token = parts.count == 2 ? parts[1] : ""
        if let value = request.headers[.authorization], value.lowercased().hasPrefix("bearer ") {
            token = String(value.dropFirst("bearer ".count))
        }
        guard let program = programs[token] else {
            throw GatewayRefusal(
                .unauthenticated,
                "the token is not that of a running attempt: it is good for one attempt, and dead when that ends"
            )
        }
        return program
    }

    /// Answers the gateway.
    private func judge(_ request: Request, _ token: String) async throws -> Response {
        // Before anything is read: whoever has no token takes no memory.
        guard let program = judged[token] else { throw GatewayRefusal(.unauthenticated, "the attempt has ended") }
        let share = program.room.share()
        defer { withExtendedLifetime(share) {} }
        let body = try await GatewayResponder.body(of: request, share: share)
        guard let call = (try? JSONValue(parsing: body)).flatMap(JudgedCall.init) else {
            throw GatewayRefusal(.invalid, "the body is no call that could be judged")
        }
        return Self.response(.ok, try await program.host.verdict(on: call).json)
    }

    // MARK: Messages

    private func answer(_ body: [UInt8], _ host: any ToolHost) async throws -> Response {
        let message: JSONValue
        do {
            message = try JSONValue(parsing: body)
        } catch {
            return Self.response(.badRequest, Self.fault(nil, .noJSON, "chassis: the body is no JSON: \(error)"))
        }
        guard let several = message.arrayValue else {
            guard let answer = try await answer(to: message, host) else { return Response(status: .accepted) }
            return Self.response(.ok, answer)
        }
        var answers: [JSONValue] = []
        for message in several { if let answer = try await answer(to: message, host) { answers.append(answer) } }
        return answers.isEmpty ? Response(status: .accepted) : Self.response(.ok, .array(answers))
    }

    /// The answer to one message; nil to one that wants none.
    private func answer(to message: JSONValue, _ host: any ToolHost) async throws -> JSONValue? {
        guard let method = message["method"]?.stringValue else {
            // An answer, to nothing that was asked.
            guard message["id"] == nil || message["result"] == nil && message["error"] == nil else { return nil }
            return Self.fault(message["id"], .noRequest, "chassis: the message names no method")
        }
        guard let id = message["id"], !id.isNull else { return nil }
        let params = message["params"] ?? [:]
        switch method {
        case "initialize": return Self.result(id, Self.greeting(params))
        case "ping", "logging/setLevel": return Self.result(id, [:])
        case "tools/list": return Self.result(id, ["tools": .array(try await host.list())])
        case "tools/call":
            guard let name = params["name"]?.stringValue else {
                return Self.fault(id, .badParams, "chassis: the call names no tool")
            }
            do {
                return Self.result(id, try await host.call(name, params["arguments"] ?? [:]))
            } catch let refusal as GatewayRefusal {
                return Self.fault(id, refusal.reason == .notFound ? .badParams : .inside, refusal.message)
            }
        default: return Self.fault(id, .noMethod, "chassis: the method \(method.prefix(100)) is not served")
        }
    }

    private static func greeting(_ params: JSONValue) -> JSONValue {
        let asked = params["protocolVersion"]?.stringValue ?? ""
        return [
            "protocolVersion": .string(versions.contains(asked) ? asked : versions[versions.count - 1]),
            "capabilities": ["tools": [:]], "serverInfo": ["name": "chassis", "version": "1"],
        ]
    }

    private static func result(_ id: JSONValue, _ result: JSONValue) -> JSONValue {
        ["jsonrpc": "2.0", "id": id, "result": result]
    }

    private static func fault(_ id: JSONValue?, _ fault: Fault, _ message: String) -> JSONValue {
        [
            "jsonrpc": "2.0", "id": id ?? .null,
            "error": ["code": .integer(fault.rawValue), "message": .string(message)],
        ]
    }

    private static func response(_ status: HTTPResponse.Status, _ json: JSONValue) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.encoded()))
        )
    }
}
