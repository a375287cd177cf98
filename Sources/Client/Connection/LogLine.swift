import JobModel

/// One line that a job said.
struct LogLine: Equatable, Sendable {
    let number: Int64
    let job: String
    let attempt: Int64
    let at: Timestamp?
    let stream: String
    let line: String
    /// The line as the API sent it.
    let json: JSONValue

    init(_ json: JSONValue) {
        number = json.number("number")
        job = json.text("job")
        attempt = json.number("attempt")
        at = json.time("at")
        stream = json.text("stream")
        line = json.text("line")
        self.json = json
    }
}
