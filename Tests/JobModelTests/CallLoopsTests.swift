import JobModel
import Testing

@Suite struct CallLoopsTests {
    /// Which turn is refused, and why; nil when none is.
    private static func refused(_ turns: [String], repeated: Int = 3, cycles: Int = 2) -> (turn: Int, code: String)? {
        var loops = CallLoops(repeated: repeated, cycles: cycles)
        for (turn, call) in turns.enumerated() {
            if let fault = loops.made([call]) { return (turn + 1, fault.code) }
        }
        return nil
    }

    @Test func refusesTheSameCallInARow() {
        let fault = Self.refused(["a", "b", "b", "b", "b"])
        #expect(fault?.turn == 5 && fault?.code == "limit-repeated-calls")
        #expect(Self.refused(["b", "b", "b", "a", "b", "b", "b"]) == nil)
    }

    @Test(arguments: [
        (["a", "b"], 6), (["a", "b", "c"], 9), (["a", "a", "b"], 9),
        (["a", "b", "c", "d", "e", "f", "g", "h"], 24),
    ]) func refusesACycle(_ cycle: [String], _ turn: Int) {
        let fault = Self.refused(["x"] + cycle + cycle + cycle)
        #expect(fault?.turn == turn + 1 && fault?.code == "limit-repeated-cycles")
    }

    @Test func takesWhatDiffers() {
        #expect(Self.refused((0..<100).map { "a\($0)" }) == nil)
        #expect(Self.refused((0..<100).flatMap { ["check", "other \($0)"] }) == nil)
        // Longer than what is noticed.
        let cycle = (0..<9).map { "c\($0)" }
        #expect(Self.refused(cycle + cycle + cycle + cycle) == nil)
    }

    @Test func aLimitIsSettable() {
        let cycle = ["a", "b"]
        #expect(Self.refused(Array(repeating: cycle, count: 50).flatMap { $0 }, cycles: 50) == nil)
        #expect(Self.refused(Array(repeating: "a", count: 9), repeated: 9) == nil)
    }
}
