import HTTPTransport
package import JobModel

/// An answer that the gateway recorded, as people read it.
package struct AnswerText: Equatable, Sendable {
    /// The model that answered, as it says itself.
    package var model: String?
    /// What was answered: a message of the model's in the words of transcripts where there is one, else the document.
    package var json: JSONValue

    /// The answer of a model.
    package init(_ answer: KeptAnswer) {
        let documents = Self.documents(of: answer)
        model = documents.lazy.compactMap(Self.model).first
        if let parts = Self.parts(of: documents) {
            json = [
                "status": .integer(Int64(answer.status)), "message": ["role": "assistant", "parts": .array(parts)],
            ]
        } else {
            json = Self.json(answer, documents.first)
        }
    }

    /// What a provider keeps and a program read or changed: whoever said what it holds, this answer did not.
    package init(document answer: KeptAnswer) {
        let documents = Self.documents(of: answer)
        model = nil
        // A response that is read as a stream stands whole in its last event.
        json = Self.json(answer, documents.last?["response"] ?? documents.first)
    }

    private static func json(_ answer: KeptAnswer, _ document: JSONValue?) -> JSONValue {
        let body = document ?? .string(String(decoding: answer.body, as: UTF8.self))
        return ["status": .integer(Int64(answer.status)), "answer": body]
    }

    private static func documents(of answer: KeptAnswer) -> [JSONValue] {
        let isStream = answer.headers["Content-Type"]?.lowercased().hasPrefix("text/event-stream") ?? false
        return isStream ? events(in: answer.body) : documents(in: answer.body)
    }

    private static func documents(in body: [UInt8]) -> [JSONValue] {
        guard let json = try? JSONValue(parsing: body) else { return [] }
        // Gemini's stream without events is one array.
        return json.arrayValue ?? [json]
    }

    private static func events(in body: [UInt8]) -> [JSONValue] {
        var parser = ServerSentEventParser()
        // What a stream broke off with is not recorded, and what stands behind its end is read by nobody.
        let events = (try? parser.consume(body)) ?? []
        return events.compactMap { try? JSONValue(parsing: $0.data) }
    }

    private static func model(_ json: JSONValue) -> String? {
        for holder in [json, json["response"], json["message"]] {
            if let model = (holder?["model"] ?? holder?["modelVersion"])?.stringValue { return model }
        }
        return nil
    }

    /// The parts of the message; nil for an answer that is none.
    private static func parts(of documents: [JSONValue]) -> [JSONValue]? {
        guard let first = documents.first else { return nil }
        if let whole = documents.last?["response"], whole["output"] != nil { return items(whole["output"]) }
        if first["output"]?.arrayValue != nil, first["object"] != nil { return items(first["output"]) }
        if first["choices"] != nil { return choices(documents) }
        if first["type"] == "message" { return CallText.parts(of: first["content"] ?? []) }
        if first["type"] == "message_start" { return blocks(documents) }
        if documents.contains(where: { $0["candidates"] != nil }) { return candidates(documents) }
        return nil
    }

    private static func items(_ output: JSONValue?) -> [JSONValue] {
        (output?.arrayValue ?? []).flatMap(CallText.parts)
    }

    private static func candidates(_ documents: [JSONValue]) -> [JSONValue] {
        var run = PartRun()
        for document in documents {
            run.append(CallText.parts(of: document["candidates"]?[0]?["content"]?["parts"] ?? []))
        }
        return run.parts
    }

    /// The messages of Chat Completions, whole or word by word.
    private static func choices(_ documents: [JSONValue]) -> [JSONValue] {
        var run = PartRun()
        var calls: [Int64: (id: JSONValue?, name: JSONValue?, arguments: String)] = [:]
        for choice in documents.lazy.flatMap({ $0["choices"]?.arrayValue ?? [] }) {
            guard let delta = choice["delta"] else {
                run.append(CallText.parts(of: choice["message"] ?? .null))
                continue
            }
            if let text = delta["content"]?.stringValue { run.append(text) }
            for piece in delta["tool_calls"]?.arrayValue ?? [] {
                // In place: a copy of the arguments for each piece of them is a square of their length.
                piece.add(to: &calls[piece["index"]?.integerValue ?? 0, default: (nil, nil, "")])
            }
        }
        let made = calls.sorted { $0.key < $1.key }.map(\.value)
        return run.parts + made.map { CallText.call($0.id, $0.name, .string($0.arguments)) }
    }

    /// The blocks of an Anthropic stream.
    private static func blocks(_ events: [JSONValue]) -> [JSONValue] {
        var blocks: [(block: JSONValue, text: String)] = []
        for event in events {
            if let block = event["content_block"] { blocks.append((block, block["text"]?.stringValue ?? "")) }
            guard let delta = event["delta"], !blocks.isEmpty else { continue }
            let piece = delta["text"] ?? delta["partial_json"] ?? delta["thinking"]
            blocks[blocks.count - 1].text += piece?.stringValue ?? ""
        }
        return blocks.map { block, text in
            switch block["type"]?.stringValue {
            case "text"?: CallText.text(text)
            case "tool_use"?: CallText.call(block["id"], block["name"], text.isEmpty ? block["input"] : .string(text))
            default: ["type": block["type"] ?? .null, "text": .string(text)]
            }
        }
    }
}

extension JSONValue {
    /// Adds this piece of a call in Chat Completions to what came of the call before.
    fileprivate func add(to call: inout (id: JSONValue?, name: JSONValue?, arguments: String)) {
        if call.id == nil { call.id = self["id"] }
        if call.name == nil { call.name = self["function"]?["name"] }
        call.arguments += self["function"]?["arguments"]?.stringValue ?? ""
    }
}
