import Checkpoints
import Testing

@Suite struct StepPositionTests {
    @Test(arguments: [
        "t0001", "t0004", "t0004.2", "t9999", "t12345.10", "fetch#2", "a/b:c-d_e.f#1", "t0004#3", "t#1",
        "t0004.2/t0001", "t0004.2/t0001.3", "t0001.1/t0002.2/t0003", "t0004.2/tools:github#1",
        "r2/t0001", "r12/t0004.2/t0001.3", "r2/fetch#1", "report#1/t0001", "report#2/t0001.3/t0002",
        "report#1/skills#1", "r2/report#1/t0001.2/tools:github#1",
    ])
    func readsBackWhatItWrites(_ text: String) {
        #expect(StepPosition(text)?.description == text)
    }

    @Test(arguments: [
        "", "t", "t4", "t0000", "t00004", "t0004.", "t0004.0", "t0004.02", "t0004.1.1", "t0004/t0001", "t0004.2/",
        "/t0001", "t0004.2/x", "t0004.2//t0001", "t-001", "t+001", "fetch", "#1",
        "fetch#", "fetch#0", "fetch#02", "fetch#+2", "a b#1", "é#1", "a#b#1", "../x", "a\u{0}#1",
        "t99999999999999999999", "r1/t0001", "r0/t0001", "r02/t0001", "r2/", "r2", "r2//t0001", "r2/r3/t0001",
        "t0001/r2", "report#1/", "report#1/x", "report#/t0001", "report#01/t0001", "report#1/r2/t0001",
        "t0001/fetch#1/",
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

    @Test func knowsWhatItStandsInsideOf() throws {
        for (inner, outer) in [
            ("t0004.2/t0001.1", "t0004.2"), ("t0004.2/t0001.1/t0001", "t0004.2"), ("t0004.2/tools:x#1", "t0004.2"),
            ("r2/t0004.2/t0001", "r2/t0004.2"), ("report#1/t0001.1", "report#1"),
        ] { #expect(try #require(StepPosition(inner)).isInside(#require(StepPosition(outer)))) }
        for (other, outer) in [
            ("t0004.2", "t0004.2"), ("t0004.20/t0001", "t0004.2"), ("r2/t0004.2/t0001", "t0004.2"),
            ("report#10/t0001", "report#1"),
        ] { #expect(try !#require(StepPosition(other)).isInside(#require(StepPosition(outer)))) }
    }

    @Test func standsInTheOrderOfTheProgram() {
        let texts = [
            "t0001", "t0001.1", "t0001.1/t0001", "t0001.1/t0001.1", "t0001.1/t0002", "t0001.2", "t0001.10", "t0002",
            "t10000", "r2/t0001", "r2/t0001.1/t0003", "r2/t0002", "r3/t0001", "a#2", "a#2/t0001",
            "a#2/t0001.1", "a#2/t0002", "a#2/skills#1", "a#10", "b#1",
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

    @Test func standsInARound() throws {
        let call = StepPosition.toolCall(2, ofTurn: 4)
        #expect(try StepPosition.turn(1).inRound(1) == .turn(1))
        #expect(try StepPosition.turn(1).inRound(2).description == "r2/t0001")
        #expect(try StepPosition.step(named: "fetch").inRound(3).description == "r3/fetch#1")
        // Inside of a call that stands in a round already, the round is said once.
        let inner = try StepPosition.turn(1).inside(try call.inRound(2)).inRound(2)
        #expect(inner.description == "r2/t0004.2/t0001" && inner.turn == 4)
        let named = try StepPosition.step(named: "skills").inside(try call.inRound(2)).inRound(2)
        #expect(named.description == "r2/t0004.2/skills#1")
    }

    @Test func standsInsideOfAStepThatAHandlerNamed() throws {
        let agent = try StepPosition.step(named: "report", occurrence: 2)
        let call = try StepPosition.toolCall(1, ofTurn: 3).inside(agent)
        #expect(call.description == "report#2/t0003.1" && call.turn == nil)
        #expect(try StepPosition.turn(1).inside(call).description == "report#2/t0003.1/t0001")
        #expect(try StepPosition.step(named: "skills").inside(agent).description == "report#2/skills#1")
        let skills = try StepPosition.step(named: "skills").inside(call)
        #expect(skills.description == "report#2/t0003.1/skills#1")
        #expect(try call.inRound(3).description == "r3/report#2/t0003.1")
        // An agent that is a tool of it stands inside of a call that is in the round already.
        #expect(try StepPosition.turn(1).inside(call.inRound(3)).inRound(3).description == "r3/report#2/t0003.1/t0001")
        for position in [call, skills, try skills.inRound(3)] {
            #expect(StepPosition(position.description) == position)
        }
    }
}
