package import JobModel

/// A call that the gateway recorded, as people read it: what was new in its request, and what was answered.
///
/// All providers' words become those of agents' transcripts: messages of a role, with parts. What is none of their words stays as it is.
package struct CallText: Equatable, Sendable {
    /// The model; for what asks none, what the call is about.
    package var name: String?
    /// What the provider keeps and the call is about, as `GET responses/ID`; nil for a call that its body says all of.
    package var target: String?
    /// The call that the request repeats messages of.
    package var base: String?
    /// What the request says that no kept request said before.
    package var messages: [JSONValue]

    /// - Parameter request: As it is kept: by pieces.
    package init(request: JSONValue) {
        let fields = request["fields"] ?? .null
        target = request["target"]?.stringValue
        name = target ?? fields["model"]?.stringValue
        base = request["after"]?.stringValue
        messages = Self.said(in: fields) + Self.added(in: request).map(Self.message)
        if messages.isEmpty, base == nil, let rest = Self.rest(of: fields) { messages = [Self.message(rest)] }
    }

    /// The messages that a kept request does not repeat of another one.
    private static func added(in request: JSONValue) -> [JSONValue] {
        if let added = request["added"]?.arrayValue { return added }
        return (request["list"]?.arrayValue ?? []).flatMap { $0["added"]?.arrayValue ?? [] }
    }

    /// What stands beside the list that grows with a conversation.
    ///
    /// That is the instructions, and all that a request without such a list asks.
    private static func said(in fields: JSONValue) -> [JSONValue] {
        let system = ["system", "instructions", "system_instruction", "systemInstruction"].compactMap { fields[$0] }
        let lists = ["input", "prompt", "messages", "contents", "content", "items", "requests"]
        let asked = lists.compactMap { fields[$0] }
        return system.filter { !$0.isNull }.map { message($0, role: "system") } + asked.flatMap(questions)
            + (fields["generateContentRequest"].map(said) ?? [])
    }

    private static func questions(_ asked: JSONValue) -> [JSONValue] {
        guard let list = asked.arrayValue else { return asked.isNull ? [] : [message(asked)] }
        if list.allSatisfy({ $0.objectValue != nil }) { return list.map(message) }
        // Texts to embed; or such a text as its tokens, which are numbers, or several of them.
        let texts = list.compactMap { $0.stringValue }
        let parts = texts.count == list.count ? texts.map(text) : [text(asked.text())]
        return [["role": "user", "parts": .array(parts)]]
    }

    /// What a request holds that says nothing in any words that are known; nil when it is nothing.
    private static func rest(of fields: JSONValue) -> JSONValue? {
        guard var rest = fields.objectValue else { return nil }
        rest["model"] = nil
        return rest.isEmpty ? nil : .object(rest)
    }

    // MARK: Messages

    /// A message, or an item of a request, in the words of transcripts.
    static func message(_ item: JSONValue) -> JSONValue {
        let role =
            switch (item["role"]?.stringValue, item["type"]?.stringValue) {
            case ("model"?, _): "assistant"
            case (let role?, _): role
            case (nil, let type?) where type.hasSuffix("_output"): "tool"
            case (nil, let type?) where type != "message": "assistant"
            default: "user"
            }
        return message(item, role: role)
    }

    private static func message(_ item: JSONValue, role: String) -> JSONValue {
        ["role": .string(role), "parts": .array(parts(of: item))]
    }

    static func parts(of item: JSONValue) -> [JSONValue] {
        if let text = item.stringValue { return [Self.text(text)] }
        if let several = item.arrayValue { return several.flatMap(parts) }
        if item["role"] == "tool" || item["role"] == "function" {
            return [result(item["tool_call_id"] ?? item["name"], item["content"] ?? .null)]
        }
        let calls = (item["tool_calls"]?.arrayValue ?? []).map { call in
            Self.call(call["id"], call["function"]?["name"], call["function"]?["arguments"])
        }
        let none = calls.isEmpty ? JSONValue?.none : .some(.null)
        let content: JSONValue? = item["content"] ?? item["parts"] ?? none
        guard let content, item["type"] == nil || item["type"] == "message" else { return [part(item)] }
        return (content.isNull ? [] : parts(of: content)) + calls
    }

    private static func part(_ part: JSONValue) -> JSONValue {
        switch part["type"]?.stringValue {
        case "tool_use"?: return call(part["id"], part["name"], part["input"])
        case "function_call"?: return call(part["call_id"], part["name"], part["arguments"])
        case "tool_result"?: return result(part["tool_use_id"], part["content"] ?? .null)
        case let type? where type.hasSuffix("_output") && part["output"] != nil:
            return result(part["call_id"], part["output"] ?? .null)
        default: break
        }
        if let call = part["functionCall"] { return Self.call(call["id"], call["name"], call["args"]) }
        if let answer = part["functionResponse"] { return result(answer["name"], answer["response"] ?? .null) }
        if let text = part["text"]?.stringValue, part["thought"] != true { return Self.text(text) }
        return part
    }

    static func text(_ text: String) -> JSONValue { ["type": "text", "text": .string(text)] }

    static func call(_ id: JSONValue?, _ name: JSONValue?, _ arguments: JSONValue?) -> JSONValue {
        // Some write the arguments as a text that holds JSON.
        let read = arguments?.stringValue.flatMap { try? JSONValue(parsing: $0) } ?? arguments
        return ["type": "tool_call", "id": id ?? .null, "name": name ?? .null, "arguments": read ?? .null]
    }

    private static func result(_ id: JSONValue?, _ content: JSONValue) -> JSONValue {
        let texts = parts(of: content).compactMap { $0["text"]?.stringValue }
        let text = texts.isEmpty ? content.text() : texts.joined(separator: "\n")
        return ["type": "tool_result", "call_id": id ?? .null, "text": .string(text)]
    }
}
