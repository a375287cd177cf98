import JobModel

/// What a run paid, and what it did not have to pay again.
enum MoneyLine {
    /// Such as `paid 10 model calls, 7 steps replayed free, 0 outcome unknown; $0.0123`.
    static func line(_ run: RunDetail) -> StyledLine {
        var line = StyledLine("paid ")
        line.append(count(run.paidCalls, "model call"), .bold)
        line.append(", \(count(run.replayedSteps, "step")) replayed free, ")
        line.append("\(run.unknownCalls) outcome unknown", run.unknownCalls > 0 ? .yellow : .plain)
        if run.isPriced {
            line.append("; ")
            line.append(run.paid.shown, .bold)
            if run.saved > .zero { line.append(" (\(run.saved.shown) saved)") }
        } else if run.paidCalls > 0 {
            line.append("; the price of the model is not known", .dim)
        }
        return line
    }

    /// Such as `1 job`, `3 jobs`.
    static func count(_ number: Int64, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
