import HTTPTransport
import JobModel
import Models

extension FuzzTarget {
    /// The readers of models' streamed answers, one for each format, and that an answer is kept and read again the same.
    static let answers: [FuzzTarget] = [
        answer(
            "answer",
            .openAI,
            seeds: [
                chunk(#"{"role":"assistant","content":"a"}"#) + chunk("{}", reason: "stop") + "data: [DONE]\n\n",
                chunk(#"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{\"a\":"}}]}"#)
                    + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"#, reason: "tool_calls")
                    + #"data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"#
                    + #""prompt_tokens_details":{"cached_tokens":1}}}"# + "\n\ndata: [DONE]\n\n",
                chunk(#"{"refusal":"no","reasoning_content":"r"}"#, reason: "length") + "data: [DONE]\n\n",
                "event: error\ndata: {\"error\":{\"message\":\"m\",\"type\":\"t\"}}\n\n",
            ],
            words: [
                "[DONE]", "\"choices\":", "\"delta\":", "\"tool_calls\":", "\"function\":", "\"arguments\":",
                "\"name\":",
                "\"finish_reason\":", "\"stop\"", "\"content\":", "\"refusal\":",
            ]
        ),
        answer(
            "anthropic-answer",
            .anthropic,
            seeds: [
                events([
                    anthropicStart, #"{"type":"ping"}"#,
                    #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                    #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}"#,
                    #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
                    #"{"type":"content_block_stop","index":0}"#,
                    #"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"b3A="}}"#,
                    #"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}"#,
                    #"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"a"}}"#,
                    anthropicEnd("end_turn"), #"{"type":"message_stop"}"#,
                ]),
                events([
                    anthropicStart,
                    #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c","name":"f","input":{}}}"#,
                    #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}"#,
                    anthropicEnd("tool_use"), #"{"type":"message_stop"}"#,
                ]),
                "event: error\n" + events([#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#]),
            ],
            words: [
                "event: ", "\"message_start\"", "\"message_delta\"", "\"message_stop\"", "\"content_block_start\"",
                "\"content_block_delta\"", "\"content_block\":", "\"delta\":", "\"text_delta\"", "\"input_json_delta\"",
                "\"partial_json\":", "\"stop_reason\":", "\"signature\":", "\"tool_use\"", "\"refusal\"", "\"text\":",
            ]
        ),
        answer(
            "gemini-answer",
            .gemini,
            seeds: [
                events([
                    geminiChunk(#"{"text":"Hm","thought":true},{"text":"H"}"#), geminiChunk(#"{"text":"i"}"#),
                    geminiChunk(#"{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"}"#),
                    geminiChunk(#"{"functionCall":{"id":"x","name":"g"}}"#, more: #","finishReason":"STOP""#),
                    #"{"usageMetadata":{"promptTokenCount":20,"cachedContentTokenCount":5,"candidatesTokenCount":6,"#
                        + #""thoughtsTokenCount":4}}"#,
                ]),
                events([#"{"promptFeedback":{"blockReason":"SAFETY"}}"#]),
                events([#"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#]),
            ],
            words: [
                "\"candidates\":", "\"content\":", "\"parts\":", "\"text\":", "\"thought\":", "\"functionCall\":",
                "\"args\":",
                "\"name\":", "\"thoughtSignature\":", "\"finishReason\":", "\"STOP\"", "\"MAX_TOKENS\"",
                "\"promptFeedback\":",
                "\"blockReason\":", "\"usageMetadata\":", "\"responseId\":", "\"modelVersion\":",
            ]
        ),
        answer(
            "responses-answer",
            .openAIResponses,
            seeds: [
                events([
                    #"{"type":"response.created","response":{"id":"r","status":"in_progress","output":[]}}"#,
                    #"{"type":"response.output_text.delta","item_id":"m","delta":"a"}"#,
                    #"{"type":"response.output_item.done","item":\#(responsesMessage)}"#,
                    #"{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":[]}}"#,
                ]),
                events([
                    #"{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":["#
                        + #"{"type":"reasoning","summary":[{"type":"summary_text","text":"Hm"}],"encrypted_content":"b3A="},"#
                        + #"\#(responsesMessage),{"type":"function_call","call_id":"c","name":"f","arguments":"{\"a\":1}"}],"#
                        + #""usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":8},"output_tokens":9}}}"#
                ]),
                events([
                    #"{"type":"response.incomplete","response":{"status":"incomplete","#
                        + #""incomplete_details":{"reason":"max_output_tokens"},"output":[\#(responsesMessage)]}}"#
                ]),
                events([
                    #"{"type":"response.failed","response":{"status":"failed","error":{"code":"c","message":"m"}}}"#
                ]),
                "event: error\n" + events([#"{"type":"error","message":"m"}"#]),
            ],
            words: [
                "\"response.completed\"", "\"response.incomplete\"", "\"response.failed\"",
                "\"response.output_item.done\"",
                "\"response\":", "\"output\":", "\"item\":", "\"status\":", "\"completed\"", "\"message\"",
                "\"output_text\"",
                "\"refusal\"", "\"function_call\"", "\"call_id\":", "\"arguments\":", "\"reasoning\"", "\"summary\":",
                "\"encrypted_content\":", "\"content\":", "\"text\":", "[DONE]",
            ]
        ),
    ]

    private static func answer(
        _ name: String,
        _ kind: ModelEndpoint.Kind,
        seeds: [String],
        words: [String]
    ) -> FuzzTarget {
        FuzzTarget(
            name: name,
            seeds: { seeds.map { Array($0.utf8) } },
            words: words + [
                "data: ", "\n\n", "\"type\":", "\"index\":", "\"id\":", "\"usage\":", "\"error\":", "null", "{", "}",
                "[", "]",
                ",", "\"",
            ],
            read: { input in read(input, of: kind) }
        )
    }

    private static func read(_ input: [UInt8], of kind: ModelEndpoint.Kind) -> String {
        let endpoint = ModelEndpoint(name: "n", kind: kind, baseURL: "http://x", key: nil)
        guard var stream = endpoint.answerStream(model: "m") else { return "no stream" }
        var parser = ServerSentEventParser()
        guard let events = try? parser.consume(input) else { return "no events" }
        do throws(ModelError.Reason) {
            for event in events {
                guard case .complete(let answer) = try stream.eventArrived(event) else { continue }
                return kept(answer)
            }
            return kept(try stream.answerAtEnd())
        } catch {
            // Without the provider's words and the event's beginning, which would make every input a new outcome.
            if case .reported = error { return "reported" }
            return outcome(String("\(error)".split(separator: ", in an event that begins", maxSplits: 1)[0]))
        }
    }

    /// That an answer is kept and read again the same.
    private static func kept(_ answer: ModelAnswer) -> String {
        let again = try? ModelAnswer(json: JSONValue(parsing: answer.json.encoded()))
        require(again == answer, "another answer when it is read again")
        return "complete \(answer.stopReason) \(min(answer.message.parts.count, 3))"
    }

    // MARK: Seeds

    private static func chunk(_ delta: String, reason: String? = nil) -> String {
        let reason = reason.map { "\"\($0)\"" } ?? "null"
        return #"data: {"id":"i","model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(reason)}]}"#
            + "\n\n"
    }

    private static func events(_ documents: [String]) -> String { documents.map { "data: \($0)\n\n" }.joined() }

    private static let anthropicStart =
        #"{"type":"message_start","message":{"id":"i","type":"message","role":"assistant","content":[],"model":"m","#
        + #""stop_reason":null,"usage":{"input_tokens":10,"cache_read_input_tokens":30,"output_tokens":1}}}"#

    private static func anthropicEnd(_ reason: String) -> String {
        #"{"type":"message_delta","delta":{"stop_reason":"\#(reason)","stop_sequence":null},"usage":{"output_tokens":7}}"#
    }

    private static func geminiChunk(_ parts: String, more: String = "") -> String {
        #"{"candidates":[{"content":{"parts":[\#(parts)],"role":"model"},"index":0\#(more)}],"modelVersion":"m","#
            + #""responseId":"r"}"#
    }

    private static let responsesMessage =
        #"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[]}]}"#
}
