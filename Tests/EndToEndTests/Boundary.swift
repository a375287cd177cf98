/// A moment in the life of one step of an agent with ten model calls and ten tool calls.
struct Boundary: Hashable, CustomStringConvertible {
    /// The places around a step, in the order in which it passes them; `before-end` belongs to the whole job.
    enum Place: String, CaseIterable {
        case beforeIntent = "before-intent"
        case beforeSend = "before-send"
        case duringAnswer = "during-answer"
        case afterAnswer = "after-answer"
        case afterCheckpoint = "after-checkpoint"
        case afterSettlement = "after-settlement"

        /// Whether a kill here leaves an intent whose outcome nobody knows.
        var leavesOutcomeUnknown: Bool { [.beforeSend, .duringAnswer, .afterAnswer].contains(self) }
        /// Whether a kill here loses an answer that the provider charges for.
        var losesPaidAnswer: Bool { [.duringAnswer, .afterAnswer].contains(self) }
        /// Whether a tool has done its work when its worker is killed here, and has it done again.
        var repeatsTool: Bool { self == .afterAnswer }
    }

    let place: Place
    /// The step's position, such as `t0004.1`.
    let step: String

    var description: String { "\(place.rawValue):\(step)" }

    /// The model calls of the agent.
    static let turns = (1...10).map { "t" + String(10000 + $0).dropFirst() }
    /// The tool calls of the agent, and the item that each writes down.
    static let items = ["t0001.1": "1a", "t0001.2": "1b"].merging((2...9).map { ("t000\($0).1", "\($0)") }) { $1 }
    /// The two calls that are made at the same time.
    static let parallel: Set = ["t0001.1", "t0001.2"]
    /// All steps in the order in which they begin.
    static let steps = (turns + items.keys).sorted()
}
