package import JobModel

/// What a model did in a conversation, as a request repeats it.
package enum ModelTurns {
    /// The calls of tools of each turn that made some, as names with arguments.
    ///
    /// Of a conversation that the provider keeps, only what the request says itself; see `HeldTurns` for the rest.
    package static func calls(in body: JSONObject, _ format: WireFormat) -> [[String]] {
        let items = format.listKey.flatMap { body[$0]?.arrayValue } ?? []
        guard format != .responses, format != .compact else { return callsOfItems(items) }
        return items.map { calls(in: $0, format) }.filter { !$0.isEmpty }
    }

    private static func calls(in item: JSONValue, _ format: WireFormat) -> [String] {
        switch format {
        case .chat:
            (item["tool_calls"]?.arrayValue ?? []).map { shown($0["function"]?["name"], $0["function"]?["arguments"]) }
        case .messages:
            (item["content"]?.arrayValue ?? []).filter { $0["type"] == "tool_use" }
                .map { shown($0["name"], $0["input"]) }
        case .generate, .streamGenerate:
            (item["parts"]?.arrayValue ?? []).compactMap { $0["functionCall"] }.map { shown($0["name"], $0["args"]) }
        case .responses, .compact, .embeddings, .conversations, .conversationChange, .conversationRead, .responseRead,
            .countResponses, .countTokens, .embedContent, .countGemini:
            []
        }
    }

    /// The calls of Responses are items of their own: those that stand together are a turn's.
    static func callsOfItems(_ items: [JSONValue]) -> [[String]] {
        var turns: [[String]] = []
        var isInTurn = false
        for item in items {
            if item["type"] == "function_call" {
                let call = shown(item["name"], item["arguments"])
                if isInTurn { turns[turns.count - 1].append(call) } else { turns.append([call]) }
                isInTurn = true
            } else if item["type"] != "reasoning" {
                isInTurn = false
            }
        }
        return turns
    }

    private static func shown(_ name: JSONValue?, _ arguments: JSONValue?) -> String {
        (name?.stringValue ?? "") + " " + (arguments?.stringValue ?? arguments?.text() ?? "")
    }
}
