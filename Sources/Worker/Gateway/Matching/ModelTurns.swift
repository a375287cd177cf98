package import JobModel

/// What a model did in a conversation, as a request repeats it.
package enum ModelTurns {
    /// The calls of tools of each turn that made some, as names with arguments, since the model last answered without a call.
    ///
    /// Of a conversation that the provider keeps, only what the request says itself; see `KeptTurns` for the rest.
    package static func calls(in body: JSONObject, _ format: WireFormat) -> [[String]] {
        row(of: turns(in: body, format))
    }

    /// The last turns with calls that no answer without calls comes between.
    static func row(of turns: [[String]]) -> [[String]] {
        let end = turns.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
        let begin = turns[..<end].lastIndex(of: []).map { $0 + 1 } ?? 0
        return Array(turns[begin..<end])
    }

    /// The calls of each turn; none where the model answered without one.
    static func turns(in body: JSONObject, _ format: WireFormat) -> [[String]] {
        turns(of: format.listKey.flatMap { body[$0]?.arrayValue } ?? [], format)
    }

    private static func turns(of items: [JSONValue], _ format: WireFormat) -> [[String]] {
        var turns: [[String]] = []
        // What the model has done since somebody else said something.
        var (hasSpoken, hasCalled, isCalling) = (false, false, false)
        func end() {
            if hasSpoken, !hasCalled { turns.append([]) }
            (hasSpoken, hasCalled, isCalling) = (false, false, false)
        }
        for item in items {
            guard Turns.isModel(item, format) else {
                end()
                continue
            }
            hasSpoken = true
            let calls = calls(in: item, format)
            // The calls of Responses are items of their own: those that stand together are a turn's.
            if calls.isEmpty {
                if item["type"] != "reasoning" { isCalling = false }
            } else if isCalling {
                turns[turns.count - 1] += calls
            } else {
                turns.append(calls)
                (hasCalled, isCalling) = (true, format == .responses || format == .compact)
            }
        }
        end()
        return turns
    }

    /// The calls of an answer of Responses.
    static func calls(ofAnswer items: [JSONValue]) -> [String] { turns(of: items, .responses).flatMap { $0 } }

    private static func calls(in item: JSONValue, _ format: WireFormat) -> [String] {
        switch format {
        case .chat:
            (item["tool_calls"]?.arrayValue ?? []).map { shown($0["function"]?["name"], $0["function"]?["arguments"]) }
        case .messages:
            (item["content"]?.arrayValue ?? []).filter { $0["type"] == "tool_use" }
                .map { shown($0["name"], $0["input"]) }
        case .generate, .streamGenerate:
            (item["parts"]?.arrayValue ?? []).compactMap { $0["functionCall"] }.map { shown($0["name"], $0["args"]) }
        case .responses, .compact:
            item["type"] == "function_call" ? [shown(item["name"], item["arguments"])] : []
        case .embeddings, .conversations, .completions, .moderations, .keptChange, .keptRead, .responseRead,
            .countResponses, .countTokens, .embedContent, .countGemini:
            []
        }
    }

    private static func shown(_ name: JSONValue?, _ arguments: JSONValue?) -> String {
        (name?.stringValue ?? "") + " " + (arguments?.stringValue ?? arguments?.text() ?? "")
    }
}
