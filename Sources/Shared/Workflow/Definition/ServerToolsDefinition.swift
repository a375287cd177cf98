package import JobModel

/// The tools that a server or a service brings, as far as an agent is offered them.
package struct ServerToolsDefinition: Equatable, Sendable {
    /// What is offered of an MCP server.
    package enum Offer: String, CaseIterable, Sendable { case tools, resources, prompts }

    /// The name of the connection.
    package let connection: String
    /// The only tools that are offered; nil stands for all.
    package let allow: [String]?
    /// Tools that are never offered.
    package let deny: [String]
    /// What is offered of an MCP server, by default tools and resources.
    package let offers: [Offer]
    /// What repeating a call does of every tool that `effects` does not name; nil leaves it to the server or the method.
    package let effect: Effect?
    /// What repeating a call does, by tool.
    package let effects: [String: Effect]
    /// How long a call may take, by default 2 minutes for MCP and 30 seconds for OpenAPI.
    package let timeout: Duration?
    /// What becomes of a call whose effect is once and whose outcome is unknown.
    package let unknown: UnknownPolicy
}
