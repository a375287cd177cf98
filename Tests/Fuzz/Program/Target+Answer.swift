import HTTPTransport
import JobModel
import Models

extension FuzzTarget {
    /// The reader of a model's streamed answer, and that an answer is kept and read again the same.
    static let answer = FuzzTarget(
        name: "answer",
        seeds: {
            [
                chunk(#"{"role":"assistant","content":"a"}"#) + chunk("{}", reason: "stop") + "data: [DONE]\n\n",
                chunk(#"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{\"a\":"}}]}"#)
                    + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"#, reason: "tool_calls")
                    + #"data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"#
                    + #""prompt_tokens_details":{"cached_tokens":1}}}"# + "\n\ndata: [DONE]\n\n",
                chunk(#"{"refusal":"no","reasoning_content":"r"}"#, reason: "length") + "data: [DONE]\n\n",
                "event: error\ndata: {\"error\":{\"message\":\"m\",\"type\":\"t\"}}\n\n",
            ].map { Array($0.utf8) }
        },
        words: [
            "data: ", "\n\n", "[DONE]", "\"choices\":", "\"delta\":", "\"index\":", "\"tool_calls\":", "\"function\":",
            "\"arguments\":", "\"name\":", "\"id\":", "\"finish_reason\":", "\"stop\"", "\"usage\":", "\"content\":",
            "\"refusal\":", "\"error\":", "null", "{", "}", "[", "]", ",", "\"",
        ],
        read: { input in
            var parser = ServerSentEventParser()
            var stream = OpenAIChatStream()
            guard let events = try? parser.consume(input) else { return "no events" }
            for event in events {
                do throws(ModelError.Reason) {
                    guard case .complete(let answer) = try stream.eventArrived(event) else { continue }
                    let again = try? ModelAnswer(json: JSONValue(parsing: answer.json.encoded()))
                    require(again == answer, "another answer when it is read again")
                    return "complete \(answer.stopReason) \(min(answer.message.parts.count, 3))"
                } catch {
                    return outcome("\(error)")
                }
            }
            return outcome("\(stream.bodyEnded())")
        }
    )

    private static func chunk(_ delta: String, reason: String? = nil) -> String {
        let reason = reason.map { "\"\($0)\"" } ?? "null"
        return #"data: {"id":"i","model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(reason)}]}"#
            + "\n\n"
    }
}
