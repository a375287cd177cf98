import JobModel

/// What a call of a program can cost.
extension CallRequest {
    /// What a provider may add to a request of its own, in tokens.
    private static let tokensPerRequest: Int64 = 1024
    /// Members that stand for more than their own text: images, documents, what the provider keeps itself, and what it looks up.
    private static let larger: Set<String> = [
        "image_url", "input_image", "source", "file", "file_id", "file_url", "file_data", "fileData", "file_uri",
        "fileUri",
        "inlineData", "inline_data", "cachedContent", "cached_content",
        "previous_response_id", "conversation", "web_search_options",
        "mcp_servers",
    ]
    /// Tools that the program runs, of which some have a date behind their names; the provider runs all others, and reads what they return.
    private static let ownTools = [
        "function", "custom", "local_shell", "apply_patch", "computer", "bash", "text_editor", "memory",
    ]
    private static let ownGeminiTools: Set<String> = ["functionDeclarations", "function_declarations"]
    /// What bounds an answer, in the words of any provider.
    private static let limits = ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"]

    /// What may be asked for at the plain price, by the member that asks for it; anything else may cost more.
    private static let plain: [String: Set<String>] = [
        "service_tier": ["auto", "default", "flex", "standard", "standard_only"], "speed": ["standard"],
        "inference_geo": ["global"],
    ]

    /// What tokens cost; nil when that is not known, as of a request that asks for something dearer than usual.
    var price: ModelPrice? { dearer == nil ? connection.price(of: model) : nil }

    /// The member by which a request asks for what may cost more than the plain price.
    private var dearer: String? {
        Self.plain.keys.sorted().first { key in
            guard let value = json[key], !value.isNull else { return false }
            return value.stringValue.map { Self.plain[key]?.contains($0) != true } ?? true
        }
    }

    /// The most that the call can cost; nil where nobody knows.
    var most: MicroDollars? {
        guard let price, let input = mostInput(price), let output = mostOutput(price) else { return nil }
        return price.mostCost(input: input, output: output)
    }

    /// Why nobody knows what the call can cost, with the way out.
    var moneyFault: String {
        if let dearer {
            return
                "what \(model) costs with \(dearer): \(json[dearer]?.text() ?? "") is not known; leave \(dearer) out of the request"
        }
        guard let price else {
            return "the price of \(model) is not known; set it with: chassis prices set \(connection.name)/\(model) "
                + "--input USD --output USD (dollars for a million tokens)"
        }
        guard mostOutput(price) != nil else {
            return
                "the longest answer of \(model) is not known; have the program set it (max_tokens), or set --max-output "
                + "with: chassis prices set \(connection.name)/\(model)"
        }
        return
            "the request refers to more than its own text and the context of \(model) is not known; set --context with: "
            + "chassis prices set \(connection.name)/\(model)"
    }

    /// A token for each byte of the request, whose punctuation is more than what stands around messages.
    private func mostInput(_ price: ModelPrice) -> Int? {
        if refersToMore { return price.context }
        let tokens = body.count + Int(Self.tokensPerRequest)
        return price.context.map { min(tokens, $0) } ?? tokens
    }

    /// The most tokens of all answers together, as the request says.
    var longestAnswer: Int? { mostOutput(nil) }

    private func mostOutput(_ price: ModelPrice?) -> Int? {
        if format == .embeddings || format == .embedContent { return 0 }
        let settings = json["generationConfig"] ?? json["generation_config"] ?? .null
        func count(_ keys: [String]) -> Int64? {
            keys.compactMap { json[$0]?.integerValue ?? settings[$0]?.integerValue }.max()
        }
        let answers = max(count(["n", "best_of", "candidateCount", "candidate_count"]) ?? 1, 1)
        guard let limit = count(Self.limits) ?? price?.maximumOutput.map(Int64.init) else {
            return nil
        }
        let (product, isTooLarge) = max(limit, 0).multipliedReportingOverflow(by: answers)
        guard !isTooLarge else { return .max }
        let (all, areTooLarge) = Int(product).multipliedReportingOverflow(by: promptCount)
        return areTooLarge ? .max : all
    }

    /// How many texts are to be gone on from, each for itself: a list of texts or of lists of tokens is several, a list of tokens is one.
    private var promptCount: Int {
        guard format == .completions, let prompts = json["prompt"]?.arrayValue else { return 1 }
        return max(prompts.count { $0.stringValue != nil || $0.arrayValue != nil }, 1)
    }

    /// Whether the model reads more than stands in the request.
    private var refersToMore: Bool {
        // A prompt that the provider keeps, and tools that it runs.
        json["prompt"]?["id"] != nil || (json["tools"]?.arrayValue ?? []).contains(where: isRunByProvider)
            || Self.refersToMore(.object(json))
    }

    private func isRunByProvider(_ tool: JSONValue) -> Bool {
        if format.family == .gemini {
            return tool.objectValue?.contains { !Self.ownGeminiTools.contains($0.key) } ?? false
        }
        guard let type = tool["type"]?.stringValue else { return false }
        return !Self.ownTools.contains { type == $0 || type.hasPrefix($0 + "_") }
    }

    private static func refersToMore(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object):
            object["type"] == "item_reference"
                || object.contains { larger.contains($0.key) || refersToMore($0.value) }
        case .array(let values): values.contains(where: refersToMore)
        case .null, .bool, .integer, .number, .string: false
        }
    }
}
