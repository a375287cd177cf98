import Checkpoints
import JobModel
import Testing

@testable import Worker

@Suite struct CodeNamesTests {
    @Test func countsTheStepsOfANameInTheHandlersTask() throws {
        var names = CodeNames()
        let positions = try ["a", "b", "a"].map { try names.position(of: $0, isInOwnTask: true).description }
        #expect(positions == ["a#1", "b#1", "a#2"])
    }

    @Test(arguments: [(true, false), (false, true), (false, false)])
    func refusesANameOfTwoTasks(first: Bool, second: Bool) throws {
        var names = CodeNames()
        _ = try names.position(of: "a", isInOwnTask: first)
        #expect { try names.position(of: "a", isInOwnTask: second) } throws: {
            ($0 as? JobFailure)?.code == "steps-ambiguous"
        }
        #expect(try names.position(of: "b", isInOwnTask: second).description == "b#1")
    }

    @Test(arguments: ["", "a b", "a/b", "ä", "a#1", String(repeating: "a", count: 81)])
    func refusesWhatIsNoName(_ name: String) {
        var names = CodeNames()
        #expect { try names.position(of: name, isInOwnTask: true) } throws: {
            ($0 as? JobFailure)?.code == "step-name"
        }
    }
}
