import JobModel
import Workflow

extension AgentProgram {
    /// What people decide in an agent's conversation; nil where they decide nothing.
    func gate(of agent: AgentDefinition) throws -> CallGate? {
        let asks = agent.tools.contains { if case .ask = $0 { true } else { false } }
        return try kit.toolbox.gate(agent.approve, over: agent.tools, asks: asks, in: context)
    }
}
