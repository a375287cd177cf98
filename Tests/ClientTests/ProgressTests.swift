import JobModel
import Testing

@testable import Client

@Suite struct ProgressTests {
    private func look(_ state: String, _ job: String, attempt: Int64 = 1, steps: [JSONValue] = []) -> RunDetail {
        let attempts: [JSONValue] =
            job == "blocked" || job == "pending" ? [] : [["number": .integer(attempt), "epoch": .integer(attempt)]]
        return RunDetail([
            "id": 3, "workflow": "w", "state": .string(state), "started_at": "2026-07-01T12:00:58.000000Z",
            "jobs": [["name": "a", "state": .string(job), "attempts": .array(attempts), "steps": .array(steps)]],
        ])
    }

    private let step: JSONValue = [
        "position": "t0001", "kind": "model", "name": "m", "state": "recorded", "epoch": 1,
        "usage": ["input": 10, "output": 2], "cost_micro_usd": 1500,
    ]

    @Test func appendsALineForEachChange() {
        var log = ProgressLog()
        let looks = [
            look("queued", "blocked"), look("queued", "pending"), look("running", "running"),
            look("running", "running"),
            look("running", "running", steps: [step]), look("running", "running", attempt: 2, steps: [step]),
            look("succeeded", "succeeded", attempt: 2, steps: [step]),
        ]
        var texts: [String] = []
        for look in looks { texts.append(Fixture.text(log.observed(look, now: Fixture.now))) }
        #expect(
            texts == [
                "run 3  queued", "a  pending", "run 3  running\na  running  attempt 1", "",
                "  a  t0001  model m  10 tokens in, 2 out  $0.0015", "a  running  attempt 2",
                "a  succeeded\nrun 3  succeeded",
            ]
        )
    }

    @Test func saysWhyAJobIsDelayed() {
        var log = ProgressLog()
        _ = log.observed(look("running", "running"), now: Fixture.now)
        let delayed = RunDetail([
            "id": 3, "workflow": "w", "state": "running",
            "jobs": [
                [
                    "name": "a", "state": "delayed", "due_at": "2026-07-01T12:01:05.000000Z",
                    "attempts": [
                        ["number": 1, "epoch": 1, "error": ["code": "store", "message": "the store is full"]]
                    ],
                ]
            ],
        ])
        #expect(
            Fixture.text(log.observed(delayed, now: Fixture.now)) == "a  delayed  due in 5s  the store is full [store]"
        )
    }

    @Test func drawsTheCurrentStepBesideASpinner() {
        let current: JSONValue = ["position": "t0002.1", "kind": "tool", "name": "sql", "state": "started", "epoch": 1]
        let view = ProgressView(run: look("running", "running", steps: [step, current]), now: Fixture.now, frame: 1)
        #expect(Fixture.text(view.lines) == "run 3  w  ● running  2.0s\n  ⠙ a  running    t0002.1 tool sql")
    }

    @Test func drawsAgainInPlace() {
        let terminal = Terminal(bufferOf: 20)
        var block = LiveBlock(on: terminal)
        block.draw([StyledLine("one"), StyledLine("a line that is too long")])
        block.draw([StyledLine("one"), StyledLine("a line that is too long")])
        block.draw([StyledLine("two")])
        block.erase()
        #expect(terminal.written == "one\na line that is too…\n\u{1B}[2A\r\u{1B}[Jtwo\n\u{1B}[1A\r\u{1B}[J")
    }
}
