import Testing

@testable import Checkpoints

@Suite struct ForkLimitsTests {
    private func part(_ epoch: Int64, _ positions: [String], limits: [String] = []) -> (InheritedJournal, [StepEntry]) {
        let journal = Sample.journal(epoch)
        let inherited = InheritedJournal(
            journal: journal,
            lineCount: 0,
            byteCount: 0,
            limits: limits.compactMap { StepPosition($0) }
        )
        let steps = positions.compactMap { StepPosition($0) }.map {
            StepEntry(position: $0, fingerprint: Sample.fingerprint("x"), journal: journal, offset: 0, byteCount: 0)
        }
        return (inherited, steps)
    }

    private func left(of parts: [(InheritedJournal, [StepEntry])]) -> [String] {
        ForkLimits.steps(of: parts.map { (inherited: $0.0, steps: $0.1) }).map(\.position.description)
    }

    @Test func keepsAllWithoutALimit() {
        #expect(left(of: [part(1, ["t0001", "a#1"]), part(2, ["t0002"])]) == ["t0001", "a#1", "t0002"])
    }

    @Test func leavesOutTheTurnsBehindTheForkPoint() {
        let steps = ["t0001", "t0001.2", "t0001.1", "t0002", "t0002.1", "t0003"]
        #expect(left(of: [part(1, steps, limits: ["t0002"])]) == ["t0001", "t0001.2", "t0001.1", "t0002"])
        #expect(left(of: [part(1, steps, limits: ["t0001.1"])]) == ["t0001", "t0001.1"])
        // A step recorded anew in a later attempt keeps its place among the turns.
        #expect(
            left(of: [part(1, ["t0001", "t0003"], limits: ["t0002"]), part(2, ["t0002"], limits: ["t0002"])]) == [
                "t0001", "t0002",
            ]
        )
    }

    @Test func goesByTheOrderOfRecordingWhereNamesDiffer() {
        let steps = ["load#1", "clean#1", "load#2", "t0001", "clean#2"]
        #expect(left(of: [part(1, steps, limits: ["load#2"])]) == ["load#1", "clean#1", "load#2"])
        #expect(left(of: [part(1, steps, limits: ["t0001"])]) == ["load#1", "clean#1", "load#2", "t0001"])
        #expect(
            left(of: [part(1, ["a#1"], limits: ["b#1"]), part(2, ["b#1", "c#1"], limits: ["b#1"])]) == ["a#1", "b#1"]
        )
    }

    @Test func keepsStepsOfOtherNamesWhenTheForkPointIsNotRecorded() {
        #expect(left(of: [part(1, ["a#1", "t0001", "t0003"], limits: ["t0002"])]) == ["a#1", "t0001"])
    }

    @Test func limitsAForkOfAForkByBoth() {
        let parts = [
            part(1, ["t0001", "t0002", "t0003"], limits: ["t0002", "t0004"]),
            part(2, ["t0003", "t0004", "t0005"], limits: ["t0004"]),
            part(3, ["t0005", "t0006"]),
        ]
        #expect(left(of: parts) == ["t0001", "t0002", "t0003", "t0004", "t0005", "t0006"])
        #expect(
            left(of: [
                part(1, ["t0001", "t0002", "t0003"], limits: ["t0002", "t0001"]), part(2, ["t0003"], limits: ["t0001"]),
            ])
                == ["t0001"]
        )
    }
}
