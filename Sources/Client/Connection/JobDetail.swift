import JobModel

/// One job of a run.
struct JobDetail: Equatable, Sendable {
    let name: String
    let kind: String
    let state: String
    let needs: [String]
    let queue: String
    let attempts: [AttemptDetail]
    let steps: [StepDetail]
    let error: String?
    let hasOutput: Bool
    /// How the items of a mapped job stand, such as `37 of 100, 2 failed`; nil for any other job.
    let items: String?
    /// When a delayed job is due.
    let dueAt: Timestamp?
    /// What a suspended job waits for.
    let waiting: Waiting?

    /// What a suspended job waits for, and since when.
    struct Waiting: Equatable, Sendable {
        let thing: String
        let detail: String
        let since: Timestamp?

        /// What it waits for, in one line.
        var shown: String { detail.isEmpty ? thing : "\(thing): \(detail)" }
    }

    init(_ json: JSONValue) {
        name = json.text("name")
        kind = json.text("kind")
        state = json.text("state")
        needs = json.texts("needs")
        queue = json.text("queue")
        attempts = json.list("attempts").map(AttemptDetail.init)
        steps = json.list("steps").map(StepDetail.init)
        error = json.errorText("error")
        hasOutput = json.flag("has_output")
        items = json["items"].flatMap(Self.items)
        dueAt = json.time("due_at")
        let waiting = json["waiting"]
        self.waiting =
            waiting?.objectValue == nil
            ? nil
            : waiting.map { Waiting(thing: $0.text("for"), detail: $0.text("detail"), since: $0.time("since")) }
    }

    private static func items(_ json: JSONValue) -> String? {
        guard let total = json["total"]?.integerValue, let unfinished = json["unfinished"]?.integerValue else {
            return nil
        }
        var text = "\(total - unfinished) of \(total)"
        for word in ["failed", "skipped"] {
            if let count = json[word]?.integerValue, count > 0 { text += ", \(count) \(word)" }
        }
        return text
    }

    /// The step that is being tried now, if any.
    var currentStep: StepDetail? { state == "running" ? steps.last { $0.state == "started" } : nil }

    /// The last step whose result is recorded.
    var lastRecordedStep: StepDetail? { steps.last { $0.state == "recorded" } }

    /// The tokens that went into and came out of its model calls.
    var tokens: (input: Int64, output: Int64) {
        steps.compactMap(\.usage).reduce((0, 0)) { ($0.0 + $1.input, $0.1 + $1.output) }
    }

    /// What its steps cost.
    var cost: MicroDollars { steps.compactMap(\.cost).reduce(.zero, +) }

    /// From the start of its first attempt to the end of its last, or to `now`; nil before it started.
    func took(now: Timestamp) -> Duration? {
        guard let start = attempts.first?.startedAt else { return nil }
        return (state == "running" ? now : attempts.last?.endedAt ?? now).since(start)
    }
}
