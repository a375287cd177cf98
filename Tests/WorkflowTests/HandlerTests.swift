import JobModel
import Testing

@testable import Workflow

/// Jobs and tools that are code of a worker's own.
@Suite struct HandlerTests {
    @Test func readsHandlersAndTheirPlaces() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              short: {handler: score}
              long:
                needs: [short]
                queue: gpu
                handler: {name: score, input: {rows: "${{ jobs.short.output }}", limit: 3}}
              agent:
                agent:
                  model: m/x
                  prompt: x
                  tools:
                    - tool: look
                    - tool: {name: find, unknown: retry}
                    - agent: {name: helper, model: m/x, tools: [{tool: deep}]}
                  approve: [{tools: [look]}]
              plain: {agent: {model: m/x, prompt: x, tools: [{sql: {connection: w}}]}}
            """
        )
        #expect(
            workflow.jobs.map(\.claimQueue) == [
                "default;handler=score", "gpu;handler=score", "default;tool=deep;tool=find;tool=look", "default",
            ]
        )
        guard case .handler(let short)? = workflow.job(named: "short")?.kind,
            case .handler(let long)? = workflow.job(named: "long")?.kind,
            case .agent(let agent)? = workflow.job(named: "agent")?.kind
        else { throw CancellationError() }
        #expect(short == HandlerDefinition(name: "score", input: nil))
        var context = ExpressionContext(params: [:])
        context.outputs["short"] = [1]
        #expect(try long.input?.evaluate(in: context) == ["rows": [1], "limit": 3])
        #expect(agent.tools.map(\.unknown) == [.ask, .retry, .ask])
    }

    @Test func saysWhatIsWrong() {
        let found = faults(
            """
            name: w
            jobs:
              a: {handler: Bad Name}
              b: {handler: {input: 1}}
              c: {handler: {name: x, output: 1}}
              d: {agent: {model: m/x, prompt: x, tools: [{tool: x}, {tool: x}, {tool: {unknown: ask}}]}}
            """
        )
        #expect(found.count == 5, "\(found)")
        #expect(found.first?.contains("jobs.a.handler: \"Bad Name\" is no name") == true)
        #expect(found.contains { $0.contains("there are two tools named x") })
    }

    @Test func readsWhatBecomesOfUnknownOutcomes() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              a: {sql: {connection: c, query: SELECT 1, access: write, effect: once, unknown: fail}}
              b: {http: {url: "https://h/x", method: POST, unknown: retry}}
              c:
                agent:
                  model: m/x
                  prompt: x
                  tools: [{mcp: {connection: d, unknown: fail}}, {openapi: {connection: e, unknown: retry}}]
              d: {sql: {connection: c, query: SELECT 1}}
            """
        )
        guard case .sql(let sql)? = workflow.job(named: "a")?.kind,
            case .sql(let plain)? = workflow.job(named: "d")?.kind,
            case .http(let http)? = workflow.job(named: "b")?.kind,
            case .agent(let agent)? = workflow.job(named: "c")?.kind
        else { throw CancellationError() }
        #expect(sql.effect == .once && sql.unknown == .fail)
        #expect(plain.effect == .none && plain.unknown == .ask)
        #expect(http.unknown == .retry)
        #expect(agent.tools.map(\.unknown) == [.fail, .retry])
    }
}
