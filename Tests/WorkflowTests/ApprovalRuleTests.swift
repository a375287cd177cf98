import JobModel
import Testing
import Workflow

@Suite struct ApprovalRuleTests {
    private static func rules(_ text: String) throws -> [ApprovalRule] {
        let file = """
            name: w
            params: {limit: {type: integer, default: 10}}
            jobs:
              a:
                agent:
                  model: c/m
                  prompt: x
                  tools:
                    - command: {name: pay, run: [x]}
                    - command: {name: pay_back, run: [x], effect: idempotent, unknown: retry}
                    - ask: {role: clerk, within: 2d, otherwise: fail}
                  approve:
                    - \(text)
            """
        let workflow = try WorkflowFile.parse(Array(file.utf8), name: "w.yaml")
        guard case .agent(let agent) = workflow.jobs[0].kind else { return [] }
        #expect(agent.tools.map(\.unknown) == [.ask, .retry, .ask])
        guard case .ask(let ask) = agent.tools[2] else { return [] }
        #expect(
            ask.terms
                == ApprovalTerms(role: "clerk", allowsRequester: true, within: .seconds(172_800), otherwise: .fail)
        )
        return agent.approve
    }

    @Test func readsWhoDecides() throws {
        let rule = try #require(
            try Self.rules("{tools: [pay], role: boss, approvals: 2, self: true, within: 24h, usd: 0.5, effect: once}")
                .first
        )
        #expect(
            rule.terms == ApprovalTerms(role: "boss", approvals: 2, allowsRequester: true, within: .seconds(86_400))
        )
        #expect(rule.cost == MicroDollars(rawValue: 500_000))
        #expect(rule.effect == .once)
        #expect(rule.terms.otherwise == .deny)
    }

    @Test(arguments: [
        ("pay", "pay", true), ("pay", "pay_back", false), ("pay*", "pay_back", true), ("*back", "pay_back", true),
        ("p*y*k", "pay_back", true), ("*", "anything", true), ("p**", "p", true), ("*pay", "pay_back", false),
        ("pa?", "pay", false), ("p*y*z", "pay_back", false),
    ]) func aStarStandsForAnyLetters(_ pattern: String, _ name: String, _ fits: Bool) throws {
        let rule = ApprovalRule(
            subject: .calls(of: [pattern]),
            when: nil,
            effect: nil,
            cost: nil,
            terms: ApprovalTerms()
        )
        #expect(rule.isAbout(tool: name) == fits)
    }

    /// A request that names no model may be for any of its connection.
    @Test(arguments: [
        ("c/m*", true), ("c/*", true), ("*", true), ("c*", true), ("*/m", true), ("d/m", false), ("c", false),
        ("cc/m", false),
    ]) func whatIsNotKnownCountsAsAnyModel(_ pattern: String, _ fits: Bool) throws {
        let rule = ApprovalRule(
            subject: .models([pattern]),
            when: nil,
            effect: nil,
            cost: nil,
            terms: ApprovalTerms()
        )
        #expect(rule.isAbout(model: "c/") == fits)
    }

    @Test func aConditionReadsTheCall() throws {
        let rule = try #require(try Self.rules("{when: \"arguments.amount > params.limit && tool != 'ask'\"}").first)
        let condition = try #require(rule.when)
        func holds(_ amount: JSONValue) throws -> Bool {
            var context = ExpressionContext(params: ["limit": 10])
            context.locals = [.arguments: ["amount": amount], .tool: "pay"]
            return try condition.isTrue(in: context)
        }
        #expect(try holds(11))
        #expect(try !holds(10))
        // A text is no number: whoever asks this of a rule has to take it as if it held.
        #expect(throws: ExpressionError.self) { try holds("82,000") }
    }
}
