import Testing
import Workflow

@testable import Client

@Suite struct ErrorViewTests {
    private let faults = [
        WorkflowFault(file: "f.yaml", line: 2, column: 5, path: "jobs.a", message: "is unknown", hint: "write b"),
        WorkflowFault(file: "f.yaml", line: 9, column: 1, path: "", message: "is gone"),
    ]

    @Test func writesALineForEachFault() {
        let error = ClientError.invalidWorkflow(faults: faults, source: "name: x\njo\u{1B}s: y\n")
        #expect(
            Fixture.text(ErrorView.lines(error, showsSource: false)) == """
                f.yaml:2:5: jobs.a: is unknown; write b
                f.yaml:9:1: is gone
                """
        )
        #expect(
            Fixture.text(ErrorView.lines(error, showsSource: true)) == """
                f.yaml:2:5: jobs.a: is unknown; write b
                  2 │ jo\\x1bs: y
                    │        ^
                f.yaml:9:1: is gone
                """
        )
    }

    @Test(arguments: [
        (401, CommandStatus.unreachable), (403, .unreachable), (404, .conflict), (409, .conflict), (400, .refused),
        (413, .refused), (422, .refused), (500, .unreachable), (503, .unreachable),
    ])
    func mapsProblemsToExitStatuses(_ status: Int, _ exit: CommandStatus) {
        let problem = Problem(status: status, body: Array(#"{"detail": "no\u001b[31m", "code": "c"}"#.utf8), file: "f")
        #expect(ClientError.refused(problem).exitStatus == exit)
        let text = Fixture.text(ErrorView.lines(.refused(problem), showsSource: false))
        #expect(text.hasPrefix("chassis: no\\x1b[31m [c]"))
    }

    @Test func readsAnswersThatAreNoProblem() {
        let problem = Problem(status: 502, body: Array("<html>".utf8), file: "f")
        #expect(ClientError.refused(problem).message == "HTTP status 502")
    }
}
