import Digests
import JobModel
import Models
import Testing

@Suite struct ModelMessageTests {
    private static let messages: [(ModelMessage, String)] = [
        (.system("be brief"), #"{"role":"system","parts":[{"type":"text","text":"be brief"}]}"#),
        (
            ModelMessage(
                role: .assistant,
                parts: [
                    .reasoning("hm", opaque: ["signature": "x"]), .reasoning("", opaque: nil), .text("ok"),
                    .toolCall(ToolCall(id: "c1", name: "f", arguments: .json(["a": 1]))),
                    .toolCall(ToolCall(id: "c2", name: "g", arguments: .invalid("{\"a\":"))),
                    .toolCall(ToolCall(id: "c3", name: "h", arguments: .json(nil))),
                ]
            ),
            #"{"role":"assistant","parts":[{"type":"reasoning","text":"hm","opaque":{"signature":"x"}},"#
                + #"{"type":"reasoning","text":""},{"type":"text","text":"ok"},"#
                + #"{"type":"tool_call","id":"c1","name":"f","arguments":{"a":1}},"#
                + #"{"type":"tool_call","id":"c2","name":"g","invalid_arguments":"{\"a\":"},"#
                + #"{"type":"tool_call","id":"c3","name":"h","arguments":null}]}"#
        ),
        (
            .tool([ToolResult(callID: "c1", text: "1"), ToolResult(callID: "c2", text: "no", isError: true)]),
            #"{"role":"tool","parts":[{"type":"tool_result","call_id":"c1","text":"1"},"#
                + #"{"type":"tool_result","call_id":"c2","text":"no","is_error":true}]}"#
        ),
    ]

    @Test(arguments: messages.indices)
    func isKeptInOneForm(_ index: Int) throws {
        let (message, text) = Self.messages[index]
        #expect(message.json.text() == text)
        #expect(try ModelMessage(json: JSONValue(parsing: text)) == message)
    }

    @Test(arguments: [
        (#"7"#, "message.role"),
        (#"{"role":"robot","parts":[]}"#, "message.role"),
        (#"{"role":"user"}"#, "message.parts"),
        (#"{"role":"user","parts":[{"type":"text"}]}"#, "message.parts[0].text"),
        (#"{"role":"user","parts":[{"type":"text","text":"a"},{"type":"sound"}]}"#, "message.parts[1].type"),
        (#"{"role":"assistant","parts":[{"type":"tool_call","id":"a","name":"b"}]}"#, "message.parts[0].arguments"),
    ])
    func namesThePlaceOfAFault(_ text: String, _ place: String) throws {
        let json = try JSONValue(parsing: text)
        let error = #expect(throws: ModelJSONError.self) { try ModelMessage(json: json) }
        #expect(error?.place == place)
    }

    @Test(
        arguments: [
            ("", .json([:])), (" \n", .json([:])), ("{}", .json([:])), (#"{"a":[1]}"#, .json(["a": [1]])),
            ("3", .json(3)),
            ("{", .invalid("{")), ("{'a':1}", .invalid("{'a':1}")), (#"{"a":1}}"#, .invalid(#"{"a":1}}"#)),
        ] as [(String, ToolArguments)]
    )
    func keepsArgumentsThatAreNoJSON(_ text: String, _ expected: ToolArguments) {
        #expect(ToolArguments(text: text) == expected)
    }

    @Test func keepsArgumentsThatAreNestedTooDeepAsText() throws {
        let kept = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(ToolArguments(text: kept) == .json(try JSONValue(parsing: kept)))
        #expect(ToolArguments(text: "[\(kept)]") == .invalid("[\(kept)]"))
    }

    @Test func keepsFilesReadable() throws {
        let digest = SHA256.digest(of: "abc".utf8)
        let message = ModelMessage(
            role: .user,
            parts: [
                .file(ModelFile(mediaType: "image/png", name: "a.png", content: .blob(digest, byteCount: 3))),
                .file(ModelFile(mediaType: "image/png", name: nil, content: .url("https://x.test/a"))),
                .file(ModelFile(mediaType: "text/plain", name: nil, content: .data([97]))),
            ]
        )
        let text =
            #"{"role":"user","parts":[{"type":"file","media_type":"image/png","name":"a.png","sha256":"\#(digest.hex)","#
            + #""bytes":3},{"type":"file","media_type":"image/png","url":"https://x.test/a"},"#
            + #"{"type":"file","media_type":"text/plain","base64":"YQ=="}]}"#
        #expect(message.json.text() == text)
        #expect(try ModelMessage(json: JSONValue(parsing: text)) == message)
    }
}
