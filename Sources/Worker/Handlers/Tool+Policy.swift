import JobModel
import Models
import Tools
import Workflow

extension Tool {
    /// What becomes of its calls whose outcome is unknown.
    ///
    /// - Parameter policies: By the names of the definitions: the tool's own, or that of the server which brings it.
    func policy(among policies: [String: UnknownPolicy]) -> UnknownPolicy {
        policies[server.map(Workflow.ToolDefinition.name(ofServer:)) ?? definition.name] ?? .ask
    }
}
