import JobModel
import Models
import Testing
import Workflow

@testable import Worker

@Suite struct AgentStateMachineTests {
    static func call(_ name: String, _ arguments: JSONValue = [:], id: String = "c1") -> ToolCall {
        ToolCall(id: id, name: name, arguments: .json(arguments))
    }

    static func answer(
        _ text: String = "",
        calls: [ToolCall] = [],
        stop: StopReason? = nil,
        tokens: Int = 1
    ) -> ModelAnswer {
        ModelAnswer(
            message: ModelMessage(role: .assistant, parts: [.text(text)] + calls.map { .toolCall($0) }),
            stopReason: stop ?? (calls.isEmpty ? .end : .toolCalls),
            usage: TokenUsage(input: tokens, output: 0),
            model: "m",
            responseID: nil
        )
    }

    static func machine(
        _ limits: AgentLimits = AgentLimits(),
        schema: JSONSchema? = nil
    ) -> AgentStateMachine {
        AgentStateMachine(messages: [.user("do it")], limits: limits, schema: schema)
    }

    static func code(_ action: AgentStateMachine.Action) -> String? {
        if case .fail(let failure) = action { failure.code } else { nil }
    }

    @Test func asksCallsAndAsksAgainWithTheResults() {
        var machine = Self.machine()
        #expect(machine.begin() == .askModel(turn: 1, added: [.user("do it")]))
        let calls = [Self.call("a", id: "1"), Self.call("b", id: "2")]
        let first = Self.answer("thinking", calls: calls)
        #expect(machine.modelAnswered(first) == .callTools(turn: 1, calls: calls))
        let results = [ToolResult(callID: "1", text: "x"), ToolResult(callID: "2", text: "y", isError: true)]
        #expect(machine.toolsAnswered(results) == .askModel(turn: 2, added: [first.message, .tool(results)]))
        #expect(machine.messages == [.user("do it"), first.message, .tool(results)])
        #expect(machine.modelAnswered(Self.answer("done")) == .finish(output: "done"))
    }

    @Test func stopsAtItsLimitOfTurns() {
        var machine = Self.machine(AgentLimits(turns: 1))
        _ = machine.begin()
        _ = machine.modelAnswered(Self.answer(calls: [Self.call("a")]))
        #expect(Self.code(machine.toolsAnswered([])) == "limit-turns")
    }

    @Test func stopsAtItsLimitOfTokensButTakesAFinishedAnswer() {
        var machine = Self.machine(AgentLimits(tokens: 10))
        _ = machine.begin()
        _ = machine.modelAnswered(Self.answer(calls: [Self.call("a")], tokens: 10))
        #expect(Self.code(machine.toolsAnswered([])) == "limit-tokens")
        var finishing = Self.machine(AgentLimits(tokens: 10))
        _ = finishing.begin()
        #expect(finishing.modelAnswered(Self.answer("ok", tokens: 50)) == .finish(output: "ok"))
    }

    @Test func noticesThatTheModelGoesInACircle() {
        var machine = Self.machine(AgentLimits(repeatedCalls: 2))
        var action = machine.begin()
        for _ in 0..<2 {
            action = machine.modelAnswered(Self.answer(calls: [Self.call("a", ["x": 1, "y": 2])]))
            _ = machine.toolsAnswered([])
        }
        action = machine.modelAnswered(Self.answer(calls: [Self.call("a", ["y": 2, "x": 1])]))
        #expect(Self.code(action) == "limit-repeated-calls")
    }

    @Test func forgetsRepetitionWhenTheArgumentsChange() {
        var machine = Self.machine(AgentLimits(repeatedCalls: 1))
        _ = machine.begin()
        for number in 0..<5 {
            let action = machine.modelAnswered(Self.answer(calls: [Self.call("a", ["n": .integer(Int64(number))])]))
            #expect(Self.code(action) == nil)
            _ = machine.toolsAnswered([])
        }
    }

    @Test func sendsBackAnswersThatDoNotFitAFewTimes() throws {
        let schema = try JSONSchema(["type": "object", "required": ["risk"]])
        var machine = Self.machine(schema: schema)
        _ = machine.begin()
        for turn in 2...3 {
            guard case .askModel(let next, let added) = machine.modelAnswered(Self.answer("no JSON")) else {
                Issue.record("the answer was not sent back")
                return
            }
            #expect(next == turn)
            #expect(added.last?.role == .user)
        }
        #expect(Self.code(machine.modelAnswered(Self.answer("{}"))) == "output-invalid")
    }

    @Test(arguments: ["{\"risk\":1}", "```json\n{\"risk\":1}\n```"])
    func takesJSONWithAndWithoutAFence(text: String) throws {
        var machine = Self.machine(schema: try JSONSchema(["type": "object", "required": ["risk"]]))
        _ = machine.begin()
        #expect(machine.modelAnswered(Self.answer(text)) == .finish(output: ["risk": 1]))
    }

    @Test(arguments: [
        (StopReason.length, "model-length"), (.refusal, "model-refused"), (.contentFilter, "model-refused"),
        (.unfinished, "model-unfinished"),
    ])
    func neverTakesHalfAnAnswer(stop: StopReason, code: String) {
        var machine = Self.machine()
        _ = machine.begin()
        #expect(Self.code(machine.modelAnswered(Self.answer("half", stop: stop))) == code)
    }
}
