package import JobModel

/// What an MCP server says.
package enum MCPMessage: Equatable, Sendable {
    /// The answer to the request of this number.
    case result(id: Int64, JSONValue)
    /// The answer that a request was not carried out; without a number it may be about anything that was sent, and come from
    /// what stands before the server.
    case fault(id: Int64?, MCPFault)
    /// Something that the server asks for.
    case request(id: JSONValue, method: String)
    /// Something that the server tells.
    case notification(method: String, params: JSONValue)
    /// An answer to a number that no request of ours has.
    case stray

    /// The messages in a JSON value, several where it is a batch; nil when it is none.
    package static func all(in value: JSONValue) -> [MCPMessage]? {
        guard let batch = value.arrayValue else { return MCPMessage(value).map { [$0] } }
        let messages = batch.compactMap(MCPMessage.init)
        return messages.count == batch.count && !messages.isEmpty ? messages : nil
    }

    /// Reads one message; nil when it is none.
    init?(_ value: JSONValue) {
        guard value["jsonrpc"]?.stringValue == "2.0" else { return nil }
        let id = value["id"]
        if let method = value["method"]?.stringValue {
            self =
                id.map { .request(id: $0, method: method) }
                ?? .notification(method: method, params: value["params"] ?? [:])
        } else if let error = value["error"] {
            guard let id, !id.isNull else {
                self = .fault(id: nil, MCPFault(error))
                return
            }
            self = id.number.map { .fault(id: $0, MCPFault(error)) } ?? .stray
        } else if let result = value["result"] {
            self = id?.number.map { .result(id: $0, result) } ?? .stray
        } else {
            return nil
        }
    }

    /// The bytes of a request, or of a notification where there is no number.
    static func encoded(id: Int64?, method: String, params: JSONObject) -> [UInt8] {
        var message: JSONObject = ["jsonrpc": "2.0"]
        message["id"] = id.map(JSONValue.integer)
        message["method"] = .string(method)
        if !params.isEmpty { message["params"] = .object(params) }
        return JSONValue.object(message).encoded()
    }

    /// The bytes of our answer to what a server asks for: it may look whether we live, and nothing else.
    static func answer(to id: JSONValue, method: String) -> [UInt8] {
        var message: JSONObject = ["jsonrpc": "2.0", "id": id]
        if method == "ping" {
            message["result"] = [:]
        } else {
            message["error"] = ["code": -32601, "message": "this client offers nothing but ping"]
        }
        return JSONValue.object(message).encoded()
    }
}

extension JSONValue {
    /// A number that is written as one: the text "3" is none.
    fileprivate var number: Int64? { if case .integer(let value) = self { value } else { nil } }
}
