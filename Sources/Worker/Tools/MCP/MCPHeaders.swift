import JobModel

/// The parameters of a tool whose values stand in headers too (`x-mcp-header`, the protocol of 2026-07-28).
enum MCPHeaders {
    /// Why a tool's schema says it wrong.
    struct Fault: Error { let reason: String }

    /// The headers that a schema asks for, each with the way to its value, as JSON.
    static func find(in schema: JSONValue) throws(Fault) -> JSONValue {
        var found: [(name: String, path: [String])] = []
        try find(in: schema, at: [], isReachable: true, &found)
        let names = found.map { $0.name.lowercased() }
        guard Set(names).count == names.count else { throw Fault(reason: "two parameters have the same x-mcp-header") }
        return .array(found.map { ["name": .string($0.name), "path": .array($0.path.map(JSONValue.string))] })
    }

    static func read(_ value: JSONValue?) -> [(name: String, path: [String])] {
        (value?.arrayValue ?? []).compactMap { entry in
            guard let name = entry["name"]?.stringValue else { return nil }
            return (name, (entry["path"]?.arrayValue ?? []).compactMap(\.stringValue))
        }
    }

    /// The value at a place of the arguments as a header holds it; nil when there is none.
    static func value(at path: [String], of arguments: JSONValue) -> String? {
        switch path.reduce(arguments as JSONValue?, { $0?[$1] }) {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): Int64(exactly: number).map { String($0) }
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object, nil: nil
        }
    }

    private static func find(
        in schema: JSONValue,
        at path: [String],
        isReachable: Bool,
        _ found: inout [(name: String, path: [String])]
    ) throws(Fault) {
        switch schema {
        case .array(let elements):
            for element in elements { try find(in: element, at: path, isReachable: false, &found) }
        case .object(let members):
            if let name = members["x-mcp-header"] {
                found.append((try check(name, of: members, isReachable: isReachable && !path.isEmpty), path))
            }
            for (key, value) in members {
                guard key == "properties", isReachable, case .object(let properties) = value else {
                    if !["enum", "const", "default", "examples"].contains(key) {
                        try find(in: value, at: path, isReachable: false, &found)
                    }
                    continue
                }
                for (name, property) in properties {
                    try find(in: property, at: path + [name], isReachable: true, &found)
                }
            }
        default: break
        }
    }

    private static func check(
        _ name: JSONValue,
        of schema: JSONObject,
        isReachable: Bool
    ) throws(Fault) -> String {
        guard let text = name.stringValue, !text.isEmpty, text.utf8.allSatisfy(isTokenByte) else {
            throw Fault(reason: "its x-mcp-header \(name.text()) is no name of a header")
        }
        guard isReachable, ["string", "integer", "boolean"].contains(schema["type"]?.stringValue) else {
            throw Fault(reason: "its x-mcp-header \(text) does not stand at a text, an integer or a flag")
        }
        return text
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
