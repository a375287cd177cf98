import Gateway
import JobModel
import Tools
import Workflow

/// Offers the tools that a command job names to its program, and has people decide about what it does.
struct ProgramToolbox: Sendable {
    /// What the program, and the gateway, are told.
    struct Offer: Sendable {
        /// Variables of the program.
        var variables: [String: String] = [:]
        /// Who judges its calls and steps; nil where it has none.
        var judge: GatewayJob.Judge?
    }

    let toolbox: Toolbox
    let endpoint: ToolEndpoint

    /// Runs `body` while the program may call its tools.
    func serving<Value: Sendable>(
        _ command: CommandDefinition,
        in context: JobContext,
        _ body: @escaping @Sendable (Offer) async throws -> Value
    ) async throws -> Value {
        guard command.hasOwnSteps || !command.approve.isEmpty else { return try await body(Offer()) }
        var offered = AgentTools(
            try command.tools.flatMap { try toolbox.tools($0, in: context) },
            try command.tools.compactMap { try toolbox.source($0, in: context) },
            steps: context.steps,
            log: context.log
        )
        do {
            // What servers list is kept: a later attempt finds the same tools.
            let ready = try await offered.ready(forTurn: 1, after: nil) { _ in true }
            let value = try await serving(ready, command, in: context, body)
            await offered.close()
            return value
        } catch {
            await offered.close()
            throw error
        }
    }

    private func serving<Value: Sendable>(
        _ ready: [any Tool],
        _ command: CommandDefinition,
        in context: JobContext,
        _ body: @escaping @Sendable (Offer) async throws -> Value
    ) async throws -> Value {
        let tools = ProgramTools(
            ready,
            unknown: Dictionary(command.tools.map { ($0.name, $0.unknown) }) { first, _ in first },
            gate: try toolbox.gate(command.approve, over: command.tools, in: context),
            in: context
        )
        let place = try await endpoint.open(tools)
        do {
            var offer = Offer()
            if !command.tools.isEmpty { offer.variables["CHASSIS_MCP_URL"] = place.url }
            // Also where no rule asks: a step may have happened, and a person says whether.
            if command.usesGateway {
                offer.judge = GatewayJob.Judge(
                    url: Secret(place.judgeURL),
                    models: command.asksAboutModels,
                    steps: command.asksAboutSteps
                )
            }
            let value = try await tools.serving { [offer] in try await body(offer) }
            await endpoint.close(place)
            return value
        } catch {
            await endpoint.close(place)
            throw error
        }
    }
}
