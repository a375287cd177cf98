import JobModel
import Storage

extension LogPage {
    /// The answer of `GET /v1/runs/ID/logs`.
    var json: JSONValue {
        ["lines": .array(lines.map(\.json)), "next": .integer(next), "final": .bool(isFinal)]
    }
}

extension LogLine {
    /// The object `LogLine` of the API.
    var json: JSONValue {
        [
            "number": .integer(number),
            "job": .string(job),
            "attempt": attempt.map(JSONValue.count) ?? .null,
            "at": .time(at),
            "stream": .word(stream),
            "line": .string(text),
        ]
    }
}
