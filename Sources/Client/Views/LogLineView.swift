/// A line of a job's log.
enum LogLineView {
    /// Such as `12:03:04 analyze │ looking at 3 segments`.
    static func line(_ line: LogLine) -> StyledLine {
        var shown = StyledLine(line.at.map { "\($0.clockTime) " } ?? "", .dim)
        shown.append(line.job, .cyan)
        if line.attempt > 1 { shown.append(".\(line.attempt)", .dim) }
        shown.append(" │ ", .dim)
        switch line.stream {
        case "event": shown.append(line.line, .bold)
        case "stderr": shown.append(line.line, .yellow)
        default: shown.append(line.line)
        }
        return shown
    }
}
