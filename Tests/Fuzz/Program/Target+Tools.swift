import JobModel
import Scheduler
import Settings
import Tools

extension FuzzTarget {
    /// What an MCP server writes: lines however they are cut, and the messages in them.
    static let mcp = FuzzTarget(
        name: "mcp",
        seeds: {
            [
                #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x"}]}}"# + "\n",
                #"[{"jsonrpc":"2.0","method":"notifications/tools/list_changed"},{"jsonrpc":"2.0","id":"a","method":"ping"}]"#
                    + "\n",
                #"{"jsonrpc":"2.0","id":2,"error":{"code":-32022,"message":"m","data":{"supported":["2025-11-25"]}}}"#
                    + "\n",
            ].map { Array($0.utf8) }
        },
        words: [
            "\n", "\"jsonrpc\":\"2.0\"", "\"id\":", "\"method\":", "\"params\":", "\"result\":", "\"error\":",
            "\"code\":",
            "\"message\":", "\"data\":", "null", "{", "}", "[", "]", ",", "1e99",
        ],
        read: { input in
            let whole = lines(in: [input])
            let cut = input.count / 3
            require(whole == lines(in: [Array(input[..<cut]), Array(input[cut...])]), "other lines when it is cut")
            var words: Set<String> = []
            for line in whole {
                guard case .whole(let bytes) = line else {
                    words.insert("too long")
                    continue
                }
                guard let value = try? JSONValue(parsing: bytes), let messages = MCPMessage.all(in: value) else {
                    words.insert("no message")
                    continue
                }
                for message in messages {
                    switch message {
                    case .result: words.insert("result")
                    case .fault(_, let fault): words.insert("fault \(fault.description.isEmpty)")
                    case .request: words.insert("request")
                    case .notification: words.insert("notification")
                    case .stray: words.insert("stray")
                    }
                }
            }
            return words.sorted().joined(separator: ", ")
        }
    )

    private static func lines(in pieces: [[UInt8]]) -> [MCPLineReader.Line] {
        var reader = MCPLineReader(maximumBytes: 4_096)
        return pieces.flatMap { reader.take($0) }
    }

    /// OpenAPI documents: each is refused, or becomes a list of tools that is kept and read again the same.
    static let openapi = FuzzTarget(
        name: "openapi",
        seeds: {
            [
                #"{"openapi":"3.0.0","servers":[{"url":"https://{h}.example.com","variables":{"h":{"default":"a"}}}],"#
                    + ##""paths":{"/a/{id}":{"parameters":[{"name":"id","in":"path","schema":{"$ref":"#/components/schemas/I"}}],"##
                    + #""get":{"operationId":"read","tags":["t"]},"put":{"requestBody":{"content":{"application/json":"#
                    + ##"{"schema":{"$ref":"#/components/schemas/T"}}}}}}},"components":{"schemas":{"I":{"type":"integer"},"##
                    + ##""T":{"type":"object","properties":{"next":{"$ref":"#/components/schemas/T"},"id":{"readOnly":true}}}}}}"##,
                "openapi: 3.1.0\npaths:\n  /b:\n    post:\n      requestBody: {content: {application/x-www-form-urlencoded: {}}}\n",
            ].map { Array($0.utf8) }
        },
        words: [
            "\"$ref\":\"#/paths\"", "\"$ref\":\"#/components/schemas/T\"", "\"allOf\":[", "\"anyOf\":[",
            "\"in\":\"query\"",
            "\"in\":\"header\"", "\"in\":\"cookie\"", "\"schema\":", "\"properties\":", "\"items\":", "\"required\":",
            "{",
            "}", "[", "]", ",", "\"get\":", "\"post\":", "/{id}", "~1", "%7B",
        ],
        read: { input in
            guard let text = String(validating: input, as: UTF8.self) else { return "no text" }
            let service = OpenAPIService(name: "s", document: .text(text), base: "https://example.com")
            do {
                let list = try await OpenAPIToolSource(service, documents: OpenAPIDocuments()).list()
                require((try? JSONValue(parsing: list.encoded())) == list, "another list when it is read again")
                return "listed \(min(list["operations"]?.arrayValue?.count ?? list.arrayValue?.count ?? 0, 4))"
            } catch {
                return outcome("\(error)")
            }
        }
    )

    /// What services tell: nobody's signature but their own is taken, and no body breaks the reader.
    static let webhook = FuzzTarget(
        name: "webhook",
        seeds: {
            [
                "sha256=00\n{\"action\":\"opened\",\"id\":7}",
                "t=1700000000,v1=00,v1=11\n{\"id\":\"e\",\"type\":\"a.b\"}",
                "v0=00\npayload=%7B%22type%22%3A%22x%22%7D&a=1+2",
                "\n{\"challenge\":\"c\",\"type\":\"url_verification\"}",
            ].map { Array($0.utf8) } + EarlierFinding.webhook
        },
        words: [
            "sha256=", "v0=", "v1=", "t=", ",", "=", "&", "%", "+", "{", "}", "\"type\":", "\"id\":", "1700000000",
        ],
        read: { input in
            let end = input.firstIndex(of: 0x0A) ?? input.endIndex
            let field = String(decoding: input[..<end], as: UTF8.self)
            let body = Array(input[end...].dropFirst())
            var words: [String] = []
            for form in WebhookDefinition.Form.allCases {
                let webhook = WebhookDefinition(name: "w", form: form, secret: Secret("a secret of some length"))
                let request = WebhookRequest(webhook, body: body) { name in
                    name == "X-Slack-Request-Timestamp" ? "1700000000" : name == "Content-Type" ? nil : field
                }
                var isOurs = true
                do throws(WebhookRefusal) { try request.verify(now: 1_700_000_000) } catch { isOurs = false }
                require(!isOurs, "a signature that nobody with the secret made")
                _ = request.challenge()
                do throws(WebhookRefusal) {
                    words.append(try request.event().name.isEmpty ? "nameless" : "event")
                } catch {
                    words.append(outcome("\(error)"))
                }
            }
            return words.joined(separator: ", ")
        }
    )
}
