import JobModel

/// The items of a request, told apart: what people and systems said, what the model said, what tools returned.
struct Turns {
    /// How many items stand before the first one of the model's or a tool's.
    private(set) var headCount = 0
    /// How many results of tools there are.
    private(set) var resultCount = 0
    /// The items, with what tools returned taken out.
    private(set) var withoutResults: [JSONValue] = []

    private var isInHead = true
    /// The item before names an id that a provider gave away: what comes next answers it, whatever its role.
    private var isAwaitingResult = false
    /// What the model said in the item before.
    private var lastAnswer: String?

    init(
        _ items: [JSONValue],
        _ format: WireFormat,
        isSpoken: (String) -> Bool,
        isIssued: (String) -> Bool
    ) {
        for item in items {
            let part = Self.part(of: item, format)
            defer { lastAnswer = part.isModel ? Self.text(of: item) : nil }
            switch part {
            case .model:
                isInHead = false
                isAwaitingResult = Self.names(item, isIssued)
                withoutResults.append(item)
            case .results(let rest, let count):
                isInHead = false
                isAwaitingResult = false
                resultCount += count
                withoutResults.append(rest)
            case .other where isAwaitingResult:
                // Some frameworks write calls and results as plain text; the ids in it are the provider's all the same.
                isAwaitingResult = false
                resultCount += 1
                withoutResults.append(["result": true])
            case .other where Self.isObservation(item) && lastAnswer.map(isSpoken) ?? false:
                resultCount += 1
                withoutResults.append(["result": true])
            case .other: withoutResults.append(item)
            }
            if isInHead { headCount += 1 }
        }
    }

    private enum Part {
        case model
        /// Holds results of tools; the value is the item without them.
        case results(JSONValue, count: Int)
        case other

        var isModel: Bool { if case .model = self { true } else { false } }
    }

    /// Whether an item is what the model said.
    static func isModel(_ item: JSONValue, _ format: WireFormat) -> Bool { part(of: item, format).isModel }

    private static func part(of item: JSONValue, _ format: WireFormat) -> Part {
        switch format {
        case .chat:
            switch item["role"]?.stringValue {
            case "assistant": return .model
            case "tool", "function": return .results(item.removing(["content"]), count: 1)
            default: return .other
            }
        case .responses, .compact, .keptChange:
            let type = item["type"]?.stringValue ?? "message"
            if type.hasSuffix("_output") { return .results(item.removing(["output", "id", "status"]), count: 1) }
            return item["role"]?.stringValue == "assistant" || type != "message" ? .model : .other
        case .messages:
            return item["role"] == "assistant"
                ? .model : parts(of: item, "content") { $0["type"] == "tool_result" ? $0.removing(["content"]) : nil }
        case .generate, .streamGenerate:
            return item["role"] == "model"
                ? .model
                : parts(of: item, "parts") { part in
                    part["functionResponse"].map { ["functionResponse": $0.removing(["response"])] }
                }
        case .embeddings, .conversations, .completions, .moderations, .keptRead, .responseRead, .countResponses,
            .countTokens, .embedContent, .countGemini:
            return .other
        }
    }

    /// An item whose parts may be results.
    private static func parts(
        of item: JSONValue,
        _ key: String,
        _ withoutResult: (JSONValue) -> JSONValue?
    ) -> Part {
        var count = 0
        let parts = (item[key]?.arrayValue ?? []).map { part in
            guard let rest = withoutResult(part) else { return part }
            count += 1
            return rest
        }
        guard count > 0, var object = item.objectValue else { return .other }
        object[key] = .array(parts)
        return .results(.object(object), count: count)
    }

    /// Whether an item is what a tool returned to a model that calls tools in prose or code, where no call has an id.
    private static func isObservation(_ item: JSONValue) -> Bool {
        text(of: item)?.drop(while: \.isWhitespace).hasPrefix("Observation:") ?? false
    }

    /// The first text of an item.
    private static func text(of item: JSONValue) -> String? {
        let content = item["content"] ?? item["parts"]
        return content?.stringValue ?? content?[0]?["text"]?.stringValue
    }

    /// Whether a value names an issued id, as a text of its own or within one.
    private static func names(_ value: JSONValue, _ isIssued: (String) -> Bool) -> Bool {
        switch value {
        case .string(let text):
            return text.utf8.split { !isIdentifier($0) }.contains { word in
                word.count >= shortestID && isIssued(String(Substring(word)))
            }
        case .array(let values): return values.contains { names($0, isIssued) }
        case .object(let object): return object.contains { names($0.value, isIssued) }
        default: return false
        }
    }

    /// A shorter text is found in any prose.
    private static let shortestID = 6

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension JSONValue {
    /// The object without some members; any other value as it is.
    fileprivate func removing(_ keys: [String]) -> JSONValue {
        guard var object = objectValue else { return self }
        for key in keys { object[key] = nil }
        return .object(object)
    }
}
