import Checkpoints
import Testing

@Suite struct StepPositionTests {
    @Test(arguments: [
        "t0001", "t0004", "t0004.2", "t9999", "t12345.10", "fetch#2", "a/b:c-d_e.f#1", "t0004#3", "t#1",
        "t0004.2/t0001", "t0004.2/t0001.3", "t0001.1/t0002.2/t0003", "t0004.2/tools:github#1",
    ])
    func readsBackWhatItWrites(_ text: String) {
        #expect(StepPosition(text)?.description == text)
    }

    @Test(arguments: [
        "", "t", "t4", "t0000", "t00004", "t0004.", "t0004.0", "t0004.02", "t0004.1.1", "t0004/t0001", "t0004.2/",
        "/t0001", "t0004.2/x", "t0004.2//t0001", "t-001", "t+001", "fetch", "#1",
        "fetch#", "fetch#0", "fetch#02", "fetch#+2", "a b#1", "é#1", "a#b#1", "../x", "a\u{0}#1",
        "t99999999999999999999",
        String(repeating: "n", count: 101) + "#1",
    ])
    func refusesEveryOtherText(_ text: String) { #expect(StepPosition(text) == nil) }

    @Test func namesItsPlace() throws {
        #expect(StepPosition.turn(4).description == "t0004")
        #expect(StepPosition.toolCall(2, ofTurn: 4).description == "t0004.2")
        #expect(try StepPosition.step(named: "fetch", occurrence: 2).description == "fetch#2")
        #expect(StepPosition.toolCall(2, ofTurn: 4).turn == 4)
        #expect(try StepPosition.step(named: "fetch").turn == nil)
        #expect(throws: CheckpointError.invalidPosition("a b")) { try StepPosition.step(named: "a b") }
    }

    @Test func standsInTheOrderOfTheProgram() {
        let texts = [
            "t0001", "t0001.1", "t0001.1/t0001", "t0001.1/t0001.1", "t0001.1/t0002", "t0001.2", "t0001.10", "t0002",
            "t10000", "a#2", "a#10", "b#1",
        ]
        let positions = texts.compactMap { StepPosition($0) }
        #expect(positions.count == texts.count)
        #expect(positions.reversed().sorted() == positions)
    }

    @Test func standsInsideOfACall() throws {
        let call = StepPosition.toolCall(2, ofTurn: 4)
        let inner = try StepPosition.toolCall(1, ofTurn: 3).inside(call)
        #expect(inner.description == "t0004.2/t0003.1")
        #expect(try StepPosition.turn(1).inside(inner).description == "t0004.2/t0003.1/t0001")
        #expect(try StepPosition.step(named: "skills").inside(call).description == "t0004.2/skills#1")
        #expect(inner.turn == 4)
        #expect(inner > call && inner < StepPosition.toolCall(3, ofTurn: 4))
    }
}
