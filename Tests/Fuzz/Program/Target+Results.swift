import JobModel
import Models

extension FuzzTarget {
    /// The results of batches: lines however they are cut, and what becomes of each.
    static let results = FuzzTarget(
        name: "results",
        seeds: {
            [
                #"{"custom_id":"a","error":null,"response":{"status_code":200,"body":{"model":"m","choices":[{"index":0,"#
                    + #""message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],"#
                    + #""usage":{"prompt_tokens":3,"completion_tokens":1}}}}"# + "\n",
                #"{"custom_id":"b","response":null,"error":{"code":"batch_expired","message":"m"}}"# + "\n",
                #"{"custom_id":"c","result":{"type":"succeeded","message":{"id":"i","type":"message","role":"assistant","#
                    + #""model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","#
                    + #""usage":{"input_tokens":3,"output_tokens":1}}}}"# + "\n",
                #"{"custom_id":"d","result":{"type":"errored","error":{"type":"error","error":{"type":"t","message":"m"}}}}"#,
                #"{"custom_id":"e","response":{"status_code":200,"body":{"status":"completed","model":"m","output":"#
                    + #"[{"type":"message","content":[{"type":"output_text","text":"x"}]}],"usage":{}}}}"#,
            ].map { Array($0.utf8) }
        },
        words: [
            "\n", "\"custom_id\":", "\"result\":", "\"response\":", "\"status_code\":", "\"body\":", "\"type\":",
            "\"succeeded\"", "\"canceled\"", "\"expired\"", "\"message\":", "\"content\":", "\"usage\":", "-1", "1e400",
            "null", "{", "}", "[", "]", ",", "\"",
        ],
        read: { input in
            let lines = cutLines(in: [input])
            let cut = input.count / 3
            require(
                lines == cutLines(in: [Array(input[..<cut]), Array(input[cut...])]),
                "other lines when it is cut"
            )
            var words: Set<String> = []
            for line in lines {
                guard let value = try? JSONValue(parsing: line) else {
                    words.insert("no JSON")
                    continue
                }
                for kind in [ModelEndpoint.Kind.openAI, .openAIResponses, .anthropic] {
                    let endpoint = ModelEndpoint(name: "n", kind: kind, baseURL: "http://x", key: nil)
                    let result =
                        kind == .anthropic
                        ? AnthropicBatches.result(value, endpoint, model: "m")
                        : OpenAIBatches.result(value, endpoint, model: "m")
                    words.insert(word(for: result))
                }
            }
            return words.sorted().joined(separator: ", ")
        }
    )

    private static func word(for result: BatchResult?) -> String {
        switch result?.outcome {
        case nil: return "of nobody"
        case .answered(let answer)?:
            let again = try? ModelAnswer(json: JSONValue(parsing: answer.json.encoded()))
            require(again == answer, "another answer when it is read again")
            return "answered \(answer.stopReason)"
        case .failed(let failure)?: return failure.code
        case .unreadable(let reason)?: return outcome(reason)
        }
    }

    private static func cutLines(in pieces: [[UInt8]]) -> [[UInt8]] {
        var reader = BatchLineReader()
        let lines = pieces.flatMap { reader.consume($0) }
        return lines + (reader.finish().map { [$0] } ?? [])
    }
}
