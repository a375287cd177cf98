import Checkpoints
import Gateway
import Glibc
import JobModel
import Settings
import Storage
import Workflow

/// Has the gateway serve the program of a command job, and tells it where that is.
struct ProgramGateway: Sendable {
    /// How often it is asked whether calls that outlived the program have ended.
    static let look = Duration.milliseconds(50)

    let host: GatewayHost
    let connections: [String: ConnectionDefinition]
    let store: DirectoryStore

    /// Runs `body` while the gateway serves the job, with the variables that the program needs.
    ///
    /// Calls that a program leaves under way are waited for, unless the job is stopped: they are paid for.
    func serving<Value: Sendable>(
        _ command: CommandDefinition,
        judge: GatewayJob.Judge?,
        in context: JobContext,
        _ body: ([String: String]) async throws -> Value
    ) async throws -> Value {
        guard command.usesGateway else { return try await body([:]) }
        var used = try command.connections.map { name throws(StepFailure) in try connection(name) }
        for place in used.indices {
            let provider = ListedProvider.name(at: used[place].url)
            let set = try await context.money.setPrices(connection: used[place].name, provider: provider)
            used[place].provider = provider
            used[place].prices = set.merging(used[place].prices) { $1 }
        }
        let attempt = try await open(used, command, judge, in: context)
        let value: Value
        do {
            value = try await body(variables(attempt, used))
        } catch {
            let end = await close(attempt, command, context, hasSucceeded: false)
            if let failure = end?.failure { throw failure }
            // A program that was refused a call ends with an error: it is to go on when there is room.
            if let suspension = end?.suspension { throw suspension }
            throw error
        }
        let end = await close(attempt, command, context, hasSucceeded: true)
        // What it was refused, or has to wait for, has gone with the gateway; the next attempt comes there for nothing.
        if end == nil, await host.wasUsed(attempt) {
            throw Self.failure("gateway", "the gateway ended before the program, and nobody knows what it refused")
        }
        // Whatever the program made of its refusal: the call that it was refused has yet to be made.
        if let failure = end?.failure { throw failure }
        // One that takes another way each time would be suspended, and pay, over and over: it is taken at its word.
        if let end, !end.goesAnotherWay, let suspension = end.suspension { throw suspension }
        try await settleLeftovers(in: context)
        return value
    }

    private func connection(_ name: String) throws(StepFailure) -> GatewayConnection {
        let definition = connections[name]
        if let connection = definition.flatMap(GatewayConnection.init) { return connection }
        var reason = "this worker has no connection \(name) to a model"
        if let definition {
            let kinds = ModelAccess.Wire.allCases.filter { WireFormat.Family($0) != nil }.map(\.rawValue)
            reason =
                "the connection \(name) is of the kind \(definition.kind.word), and the gateway serves programs those of the "
                + "kinds \(kinds.joined(separator: ", "))"
        }
        let known = connections.values.compactMap(GatewayConnection.init).map(\.name).sorted()
        throw Self.failure(
            "connection-unknown",
            reason
                + (known.isEmpty
                    ? "; give the worker one with --connections" : "; the worker has \(known.joined(separator: ", "))")
        )
    }

    private func open(
        _ used: [GatewayConnection],
        _ command: CommandDefinition,
        _ judge: GatewayJob.Judge?,
        in context: JobContext
    ) async throws -> GatewayHost.Attempt {
        let job = GatewayJob(
            run: context.job.run,
            job: context.job.id,
            epoch: context.job.epoch,
            attempt: context.job.attempt,
            fork: context.fork?.gatewayPoint,
            given: context.fork?.given,
            bounds: context.money.bounds,
            loops: command.loops,
            judge: judge,
            asksByCost: command.approve.contains { $0.cost != nil }
        )
        do {
            return try await host.open(job, connections: used, reads: context.steps.hasGatewaySteps)
        } catch let error as GatewayError {
            throw Self.failure("gateway", "\(error)")
        }
    }

    /// - Returns: What the program did; nil when nobody knows.
    private func close(
        _ attempt: GatewayHost.Attempt,
        _ command: CommandDefinition,
        _ context: JobContext,
        hasSucceeded: Bool
    ) async -> GatewayStatistics? {
        do {
            while true {
                // Calls of a job that is stopped are finished and recorded all the same.
                let isLast = Task.isCancelled
                let end = try await host.close(attempt, isLast: isLast)
                if end.underWay == 0 || isLast {
                    say(end.statistics, command, context.log, hasSucceeded: hasSucceeded)
                    return end.statistics
                }
                // Where the wait is cut short, the job is stopped, which is seen above.
                try? await ContinuousClock().sleep(for: Self.look)
            }
        } catch {
            context.log.event("\(error)")
        }
        return nil
    }

    private func say(
        _ statistics: GatewayStatistics,
        _ command: CommandDefinition,
        _ log: JobLog,
        hasSucceeded: Bool
    ) {
        // A program that failed may not have come so far, nor even have been started.
        if statistics.asked == 0, hasSucceeded, !command.connections.isEmpty {
            log.event(
                "warning: the program made no call through the gateway, though the job names "
                    + "\(command.connections.joined(separator: ", ")); what it called is not recorded"
            )
        } else if statistics.calls + statistics.replayed > 0 {
            log.event(
                "through the gateway: \(statistics.calls) calls made, \(statistics.replayed) steps replayed"
                    + (statistics.drifted > 0 ? ", \(statistics.drifted) of them drifted" : "")
                    + (statistics.diverged > 0 ? "; \(statistics.diverged) calls diverged" : "")
            )
        }
    }

    private static func failure(_ code: String, _ message: String) -> StepFailure {
        StepFailure(failure: JobFailure(code: code, message: message), unknownCalls: 0)
    }

    // MARK: The environment

    /// Every variable by which an SDK finds its provider; the first connection of a family has them.
    private func variables(_ attempt: GatewayHost.Attempt, _ used: [GatewayConnection]) -> [String: String] {
        let root = "http://127.0.0.1:\(attempt.port)"
        var variables = [
            "CHASSIS_GATEWAY_URL": root, "CHASSIS_STEP_URL": root + "/_step", "CHASSIS_STEP_TOKEN": attempt.token,
            "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
        ]
        for connection in used {
            let base = "\(root)/\(connection.name)"
            for (name, value) in Self.variables(connection.family, base, attempt.token) where variables[name] == nil {
                variables[name] = value
            }
        }
        return variables
    }

    private static func variables(
        _ family: WireFormat.Family,
        _ base: String,
        _ token: String
    ) -> [String: String] {
        switch family {
        case .openAI:
            ["OPENAI_BASE_URL": base + "/v1", "OPENAI_API_BASE": base + "/v1", "OPENAI_API_KEY": token]
        case .anthropic:
            [
                "ANTHROPIC_BASE_URL": base, "ANTHROPIC_API_BASE": base, "ANTHROPIC_API_URL": base,
                "ANTHROPIC_API_KEY": token,
            ]
        case .gemini:
            [
                "GOOGLE_GEMINI_BASE_URL": base, "GEMINI_API_BASE": base, "GEMINI_API_KEY": token,
                "GOOGLE_API_KEY": token, "GOOGLE_GENERATIVE_AI_API_KEY": token,
            ]
        }
    }
}

extension GatewayConnection {
    /// The connection as the gateway uses it; nil when it leads to no model whose words the gateway knows.
    fileprivate init?(_ definition: ConnectionDefinition) {
        guard case .model(let access) = definition.kind, let family = WireFormat.Family(access.wire) else { return nil }
        self.init(
            name: definition.name,
            family: family,
            url: access.url,
            key: access.key,
            secrets: definition.secrets.map(Secret.init),
            prices: access.prices
        )
        limits = ConnectionStore.Limits(access.limits)
        headers = access.headers.map { Header(name: $0.name, value: $0.value) }
        if let firstByte = access.silence.firstByte { self.firstByte = firstByte }
        if let stall = access.silence.stall { self.stall = stall }
    }
}

extension WireFormat.Family {
    fileprivate init?(_ wire: ModelAccess.Wire) {
        switch wire {
        case .openai, .openaiResponses: self = .openAI
        case .anthropic: self = .anthropic
        case .gemini: self = .gemini
        // Their requests are signed, or their paths name deployments: programs reach them by themselves.
        case .bedrock, .azureOpenAI: return nil
        }
    }
}
