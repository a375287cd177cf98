/// The symbol and the colour of a state of a run, a job, an attempt, a step or a worker.
struct StateMark: Equatable, Sendable {
    let symbol: String
    let style: Style

    /// The mark of the state with this name; a plain one for a name that this program does not know.
    init(_ state: String) {
        (symbol, style) =
            switch state {
            case "succeeded", "recorded", "live": ("✓", .green)
            case "failed", "lost", "refused": ("✗", .red)
            case "running", "started": ("●", .cyan)
            case "pending", "queued": ("○", .blue)
            case "delayed", "suspended", "released", "draining": ("◐", .yellow)
            case "unknown": ("?", .yellow)
            case "cancelled": ("■", .yellow)
            case "skipped", "dismissed", "ended": ("–", .dim)
            default: ("·", .dim)
            }
    }

    /// The symbol and the name of a state, coloured.
    static func cell(_ state: String) -> StyledLine {
        guard !state.isEmpty else { return StyledLine() }
        let mark = StateMark(state)
        return StyledLine("\(mark.symbol) \(state == "unknown" ? "outcome unknown" : state)", mark.style)
    }
}
