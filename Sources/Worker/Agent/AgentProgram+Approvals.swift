import JobModel
import Workflow

extension AgentProgram {
    /// What people decide in an agent's conversation; nil where they decide nothing.
    ///
    /// - Parameter rules: Its own, and those of the agents that it is a tool of.
    func gate(of agent: AgentDefinition, under rules: [ApprovalRule]) throws -> CallGate? {
        let asks = agent.tools.contains { if case .ask = $0 { true } else { false } }
        return try kit.toolbox.gate(rules, over: agent.tools, asks: asks, in: context)
    }
}
