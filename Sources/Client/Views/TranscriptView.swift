import JobModel

/// The steps of a job as a conversation.
struct TranscriptView {
    let steps: [TranscriptStep]

    var lines: [StyledLine] {
        guard !steps.isEmpty else { return [StyledLine("nothing is recorded yet", .dim)] }
        return steps.flatMap(Self.lines)
    }

    /// One step: what it is, and below what it was told and what came of it.
    static func lines(_ step: TranscriptStep) -> [StyledLine] {
        var head = StyledLine(step.position, .bold)
        head.append("  \(step.kind) \(step.name)")
        if let cost = step.cost { head.append("  \(cost.shown)", .dim) }
        if let served = step.served {
            let times = served.map { ", \($0.match == "drifted" ? "served drifted" : "served") in epoch \($0.epoch)" }
            head.append("  \(step.isDiverged ? "diverged" : "live") in epoch \(step.epoch)" + times.joined(), .dim)
        }
        return [head] + body(step).map { StyledLine("    ").adding($0) }
    }

    /// The text of a step, line by line: the same for steps that said the same.
    static func body(_ step: TranscriptStep) -> [String] {
        var text: [String] = []
        for message in step.messages where message.text("role") != "assistant" { text += said(message) }
        switch step.kind {
        case "model": text += said(step.result["message"] ?? step.result)
        case "tool":
            let mark = step.result.flag("is_error") ? "error" : "result"
            text += indented(mark, step.result["text"]?.stringValue ?? JSONView.text(step.result))
        default: text += indented("result", JSONView.text(step.result))
        }
        return text
    }

    private static func said(_ message: JSONValue) -> [String] {
        let role = message.text("role")
        var text: [String] = []
        for part in message.list("parts") {
            if let said = part["text"]?.stringValue {
                text += indented(role, said)
            } else {
                text += indented(role, JSONView.text(part))
            }
        }
        return text.isEmpty ? indented(role.isEmpty ? "value" : role, JSONView.text(message)) : text
    }

    private static func indented(_ label: String, _ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { place, line in
            (place == 0 ? label + ": " : String(repeating: " ", count: label.count + 2)) + line
        }
    }
}
