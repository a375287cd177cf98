import JobModel
import Workflow

/// A request made of an operation and the arguments for it.
struct OpenAPIRequest {
    private let entry: JSONValue
    private let arguments: JSONValue

    init(_ entry: JSONValue, _ arguments: JSONValue) {
        self.entry = entry
        self.arguments = arguments
    }

    /// - Throws: `HTTPRefusal` when the arguments name another path than the operation's.
    func call(_ method: HTTPMethod) throws(HTTPRefusal) -> HTTPCall {
        var path = entry["path"]?.stringValue ?? "/"
        var query: [String] = []
        var headers: [(name: String, value: String)] = []
        var cookies: [String] = []
        for place in entry["places"]?.arrayValue ?? [] {
            guard let name = place["name"]?.stringValue,
                let value = place["property"]?.stringValue.flatMap({ arguments[$0] })
            else { continue }
            switch place["in"]?.stringValue {
            case "path":
                let text = Self.list(value).map(PercentCoding.encoded).joined(separator: ",")
                // Without it the path is that of something else: of all there is, mostly.
                guard text.contains(where: { $0 != "," }) else {
                    throw HTTPRefusal(reason: "the argument \(name) stands in the path and is empty")
                }
                path.replace("{\(name)}", with: text)
            case "query": query += Self.query(name, value, place)
            case "header": headers.append((name, Self.list(value).joined(separator: ",")))
            default: cookies.append("\(name)=\(PercentCoding.encoded(Self.list(value).joined(separator: ",")))")
            }
        }
        if !cookies.isEmpty { headers.append(("Cookie", cookies.joined(separator: "; "))) }
        var call = HTTPCall(method: method, url: path + (query.isEmpty ? "" : "?" + query.joined(separator: "&")))
        if let body = entry["body"], let value = body["property"]?.stringValue.flatMap({ arguments[$0] }) {
            headers.append(("Content-Type", body["type"]?.stringValue ?? "application/json"))
            call.body = Self.body(value, body["kind"]?.stringValue)
        }
        call.headers = headers
        return call
    }

    private static func body(_ value: JSONValue, _ kind: String?) -> HTTPCall.Body {
        switch kind {
        case "form":
            let fields = (value.objectValue ?? [:]).flatMap { key, value in
                (value.arrayValue ?? [value]).map { (key, text($0)) }
            }
            return .text(
                fields.map { "\(PercentCoding.encoded($0))=\(PercentCoding.encoded($1))" }.joined(separator: "&")
            )
        case "text": return .text(text(value))
        default: return .json(value)
        }
    }

    /// The parts of a query that a value is written as, by the style of its parameter.
    private static func query(_ name: String, _ value: JSONValue, _ place: JSONValue) -> [String] {
        func part(_ name: String, _ text: String) -> String {
            "\(PercentCoding.encoded(name))=\(PercentCoding.encoded(text))"
        }
        let style = place["style"]?.stringValue ?? "form"
        let isExploded = place["explode"]?.boolValue ?? (style == "form")
        switch (style, value) {
        case ("json", _): return [part(name, value.text())]
        case ("deepObject", .object(let members)): return members.map { part("\(name)[\($0)]", text($1)) }
        case (_, .object(let members)) where isExploded: return members.map { part($0, text($1)) }
        case (_, .array(let elements)) where isExploded: return elements.map { part(name, text($0)) }
        case (_, .object), (_, .array):
            let separator = style == "spaceDelimited" ? "%20" : style == "pipeDelimited" ? "%7C" : ","
            let texts = list(value).map(PercentCoding.encoded)
            return ["\(PercentCoding.encoded(name))=\(texts.joined(separator: separator))"]
        default: return [part(name, text(value))]
        }
    }

    /// The simple style: the elements, or the names and values in turn.
    private static func list(_ value: JSONValue) -> [String] {
        switch value {
        case .array(let elements): elements.map(text)
        case .object(let members): members.flatMap { [$0, text($1)] }
        case .null, .bool, .integer, .number, .string: [text(value)]
        }
    }

    private static func text(_ value: JSONValue) -> String { value.stringValue ?? (value.isNull ? "" : value.text()) }
}
