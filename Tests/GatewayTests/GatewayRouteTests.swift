import Testing

@testable import Gateway

@Suite struct GatewayRouteTests {
    @Test(arguments: [
        (
            WireFormat.Family.openAI, "POST", "v1/chat/completions",
            GatewayRoute.call(.chat, path: "chat/completions", model: nil)
        ),
        (.openAI, "POST", "chat/completions", .call(.chat, path: "chat/completions", model: nil)),
        (.openAI, "POST", "v1/responses", .call(.responses, path: "responses", model: nil)),
        (.openAI, "POST", "v1/embeddings", .call(.embeddings, path: "embeddings", model: nil)),
        (.openAI, "POST", "v1/completions", .call(.completions, path: "completions", model: nil)),
        (.openAI, "POST", "v1/moderations", .call(.moderations, path: "moderations", model: nil)),
        (.openAI, "POST", "v1/conversations", .call(.conversations, path: "conversations", model: nil)),
        (
            .openAI, "POST", "v1/conversations/c", .call(.keptChange, path: "conversations/c", model: nil)
        ),
        (
            .openAI, "POST", "conversations/c/items",
            .call(.keptChange, path: "conversations/c/items", model: nil)
        ),
        (
            .openAI, "DELETE", "v1/conversations/c",
            .call(.keptChange, path: "conversations/c", model: nil)
        ),
        (
            .openAI, "DELETE", "v1/conversations/c/items/i",
            .call(.keptChange, path: "conversations/c/items/i", model: nil)
        ),
        (.openAI, "GET", "v1/models", .passOn(path: "models")),
        (.openAI, "GET", "v1/responses/r", .call(.responseRead, path: "responses/r", model: nil)),
        (.openAI, "DELETE", "v1/responses/r", .call(.keptChange, path: "responses/r", model: nil)),
        (.openAI, "POST", "v1/responses/r/cancel", .call(.keptChange, path: "responses/r/cancel", model: nil)),
        (.openAI, "POST", "v1/responses/compact", .call(.compact, path: "responses/compact", model: nil)),
        (
            .openAI, "POST", "v1/responses/input_tokens",
            .call(.countResponses, path: "responses/input_tokens", model: nil)
        ),
        (
            .openAI, "GET", "v1/responses/r/input_items",
            .call(.keptRead, path: "responses/r/input_items", model: nil)
        ),
        (.openAI, "GET", "v1/conversations/c", .call(.keptRead, path: "conversations/c", model: nil)),
        (
            .openAI, "GET", "v1/conversations/c/items",
            .call(.keptRead, path: "conversations/c/items", model: nil)
        ),
        (
            .openAI, "GET", "v1/conversations/c/items/i",
            .call(.keptRead, path: "conversations/c/items/i", model: nil)
        ),
        (.openAI, "GET", "v1/models/gpt-4o", .passOn(path: "models/gpt-4o")),
        (.anthropic, "POST", "v1/messages", .call(.messages, path: "v1/messages", model: nil)),
        (
            .anthropic, "POST", "v1/messages/count_tokens",
            .call(.countTokens, path: "v1/messages/count_tokens", model: nil)
        ),
        (
            .gemini, "POST", "v1beta/models/g-2:generateContent",
            .call(.generate, path: "v1beta/models/g-2:generateContent", model: "g-2")
        ),
        (
            .gemini, "POST", "v1beta/models/g-2:streamGenerateContent",
            .call(.streamGenerate, path: "v1beta/models/g-2:streamGenerateContent", model: "g-2")
        ),
        (
            .gemini, "POST", "v1beta/models/g-2:countTokens",
            .call(.countGemini, path: "v1beta/models/g-2:countTokens", model: "g-2")
        ),
        (
            .gemini, "POST", "v1alpha/models/own/Gemini_2.5~x:embedContent",
            .call(.embedContent, path: "v1alpha/models/own/Gemini_2.5~x:embedContent", model: "own/Gemini_2.5~x")
        ),
    ]) func knowsTheProvidersPaths(
        _ family: WireFormat.Family,
        _ method: String,
        _ path: String,
        _ route: GatewayRoute
    ) {
        #expect(GatewayRoute(family, method: method, path: path) == route)
    }

    @Test(arguments: [
        (WireFormat.Family.openAI, "POST", "v1/files"), (.openAI, "GET", "v1/files"),
        (.openAI, "DELETE", "v1/models/x"),
        (.openAI, "GET", "v1/models/../../admin"), (.openAI, "GET", "v1/models/%2E%2e/%2e./admin"),
        (.openAI, "GET", "v1/models/x%2F..%2f..%2Fadmin"), (.openAI, "GET", "v1/models/..%5cadmin"),
        (.gemini, "POST", "v1beta/models/.%2e/x:generateContent"),
        (.openAI, "POST", "v1/messages"), (.openAI, "DELETE", "v1/conversations"),
        (.openAI, "GET", "v1/conversations"), (.openAI, "GET", "v1/conversations/c/others"),
        (.openAI, "GET", "v1/responses"),
        (.openAI, "GET", "v1/conversations/c/items/i/x"),
        (.openAI, "POST", "v1/conversations/c/items/i"), (.openAI, "POST", "v1/conversations/c/others"),
        (.openAI, "DELETE", "v1/conversations/c/items"), (.openAI, "DELETE", "v1/conversations/c/items/%2e%2e"),
        (.openAI, "DELETE", "v1/responses"), (.openAI, "DELETE", "v1/responses/r/cancel"),
        (.openAI, "POST", "v1/responses/r"), (.openAI, "POST", "v1/responses/r/others"),
        (.anthropic, "POST", "v1/complete"),
        (.gemini, "POST", "v1beta/models/g:delete"), (.gemini, "POST", "v1beta/models/:generateContent"),
        (.openAI, "POST", ""),
        // The provider is sent nothing from there on.
        (.openAI, "POST", "v1/responses/compact#/cancel"), (.openAI, "POST", "v1/responses/compact?/cancel"),
        (.openAI, "DELETE", "v1/responses/r#"), (.openAI, "POST", "v1#/responses/r/cancel"),
        (.gemini, "POST", "v1beta/models/g:generateContent#:countTokens"),
        (.gemini, "POST", "v1beta/models/g:generateContent?:countTokens"),
        (.gemini, "POST", "v1beta/models/g:generateContent:countTokens"),
        (.gemini, "POST", "v1#/models/g:generateContent"), (.gemini, "GET", "v1?/models"),
        // It reads another path, or another name, than the one that has its price here.
        (.gemini, "POST", "v1%2f..%2fx/models/g:generateContent"),
        (.gemini, "POST", "v1%62eta/models/g:generateContent"), (.gemini, "GET", "v1%2F..%2Fadmin/models"),
        (.gemini, "POST", "v1beta/models/gemini%2D2.5-pro:generateContent"),
        (.gemini, "POST", "v1beta/models/g p:generateContent"),
    ]) func knowsNoOthers(_ family: WireFormat.Family, _ method: String, _ path: String) {
        #expect(GatewayRoute(family, method: method, path: path) == nil)
    }

    @Test(arguments: [
        ("https://api.openai.com/v1", "chat/completions", nil, "https://api.openai.com/v1/chat/completions"),
        ("https://api.anthropic.com", "v1/messages", nil, "https://api.anthropic.com/v1/messages"),
        (
            "https://api.anthropic.com/v1/", "v1/messages", "beta=true",
            "https://api.anthropic.com/v1/messages?beta=true"
        ),
        ("https://x/v1beta?a=b", "v1beta/models/g:f", "alt=sse", "https://x/v1beta/models/g:f?a=b&alt=sse"),
        ("https://x/v1beta", "v1alpha/models/g:f", nil, "https://x/v1alpha/models/g:f"),
        ("https://v1", "v1beta/models/g:f", nil, "https://v1/v1beta/models/g:f"),
        ("https://x/proxy", "v1/messages", nil, "https://x/proxy/v1/messages"),
    ]) func repeatsNoVersion(_ url: String, _ path: String, _ query: String?, _ address: String) {
        #expect(GatewayConnection(name: "c", family: .openAI, url: url).address(path, query: query) == address)
    }

    /// Agents of the same connection ask below its address, without a version.
    @Test func vertexHasItsVersionInTheAddress() {
        let url = "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/google"
        let connection = GatewayConnection(name: "c", family: .gemini, url: url)
        #expect(connection.address("v1beta/models/g:f", query: nil) == url + "/models/g:f")
        let plain = GatewayConnection(name: "c", family: .gemini, url: "https://g.googleapis.com")
        #expect(plain.address("v1beta/models/g:f", query: nil) == "https://g.googleapis.com/v1beta/models/g:f")
    }
}
