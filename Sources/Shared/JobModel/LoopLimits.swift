/// How often a model may do the same again before its job is stopped.
package struct LoopLimits: Equatable, Sendable {
    /// How many times in a row the same calls, by default 3.
    package var repeatedCalls: Int
    /// How many times in a row a cycle of different calls, by default 5.
    package var repeatedCycles: Int

    package init(repeatedCalls: Int = 3, repeatedCycles: Int = 5) {
        self.repeatedCalls = repeatedCalls
        self.repeatedCycles = repeatedCycles
    }

    /// Why a conversation with these calls, turn by turn, must not go on; nil when it may.
    package func fault(in turns: [[String]]) -> CallLoops.Fault? {
        var loops = CallLoops(repeated: repeatedCalls, cycles: repeatedCycles)
        for turn in turns { if let fault = loops.made(turn) { return fault } }
        return nil
    }
}
