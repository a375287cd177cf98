import JobModel
import Models
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
            #expect(tool.names.contains(where: rule.isAbout(tool:)), "\(name)")
        }
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
