import JobModel
import Logging
import Models
import Postgres
import Storage
import Testing
import Tools
import Workflow

@testable import Worker

/// How workflow files speak of tools that servers bring.
@Suite struct ToolOfServerTests {
    /// A server calls its tools as it likes, and another one may come to have a tool of the same name: rules go on to mean the same tools.
    @Test(arguments: [
        ("delete/pets/{id}", "delete_pets__id_"), ("delete_issue", "github_delete_issue"), ("list", "list"),
    ])
    func hasTheNamesThatRulesSay(own: String, called: String) {
        var names = ToolNames(taken: ["delete_issue"])
        let tool = names.named(Own(own), from: "github")
        #expect(tool.definition.name == called)
        for name in [own, called] {
            let rule = ApprovalRule(
                subject: .calls(of: [name]),
                when: nil,
                effect: nil,
                cost: nil,
                terms: ApprovalTerms()
            )
            #expect(Self.gate(rule).rule(for: [:], tool, nil) == rule, "\(name)")
        }
        let other = ApprovalRule(
            subject: .calls(of: ["other"]),
            when: nil,
            effect: nil,
            cost: nil,
            terms: ApprovalTerms()
        )
        #expect(Self.gate(other).rule(for: [:], tool, nil) == nil)
    }

    /// A gate that asks nobody: no database is behind it.
    private static func gate(_ rule: ApprovalRule) -> CallGate {
        let pool = PostgresPool(.init(conninfo: "", applicationName: "test"), size: 1)
        let (job, lease) = (PoolStateTests.job(1), SessionLease(length: .seconds(3600), sentAt: .now))
        let backlog = Backlog(logs: LogStore(pool), steps: StepStore(pool), logger: Logger(label: "test"))
        return CallGate(
            rules: [rule],
            targets: [:],
            servers: .null,
            expressions: ExpressionContext(),
            desk: ApprovalDesk(
                store: ApprovalStore(pool),
                job: job.id,
                epoch: job.epoch,
                patience: Patience(lease: lease),
                log: JobLog(job, backlog: backlog)
            )
        )
    }

    @Test func hasThePolicyOfItsServer() {
        var names = ToolNames(taken: ["pay"])
        let policies: [String: UnknownPolicy] = ["connection bank": .fail, "pay": .retry]
        #expect(names.named(Own("pay"), from: "bank").policy(among: policies) == .fail)
        #expect(names.named(Own("pay"), from: "shop").policy(among: policies) == .ask)
        #expect(Own("pay").policy(among: policies) == .retry)
    }
}

private struct Own: Tool {
    let definition: Models.ToolDefinition
    let effect = Effect.once

    init(_ name: String) { definition = Models.ToolDefinition(name: name, description: "", parameters: [:]) }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput { ToolOutput("") }
}
