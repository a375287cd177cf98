import JobModel

/// Makes a call to a server, and judges by its effect what a failure of it means.
struct MCPCall: Sendable {
    /// How often a call that may be repeated is made again when the server dies under it, and every call when the server
    /// had died before it.
    static let maximumRepeats = 2
    /// How often a server may have a call made again with a state of its own.
    static let maximumRounds = 5

    let client: MCPClient
    let timeout: Duration

    /// The result of a call, for the model.
    ///
    /// - Throws: `ToolsError` when nothing was done or nobody knows, or `CancellationError`.
    func output(
        of request: MCPRequest,
        tool: String,
        effect: Effect,
        _ context: ToolContext
    ) async throws -> ToolOutput {
        var request = request
        request.timeout = timeout
        var meta: JSONObject = ["progressToken": .string(context.idempotencyKey)]
        if effect != .none { meta["chassis/idempotencyKey"] = .string(context.idempotencyKey) }
        request.params["_meta"] = .object(meta)
        var repeats = 0
        var mayHaveHappened = false
        while true {
            do {
                return MCPContent(try await answer(to: request), server: client.server).output
            } catch let error as MCPError {
                let reason = client.server.redacted(error.description)
                switch error {
                case .refused, .tooLarge: return .fault(reason)
                case .sessionEnded where repeats < Self.maximumRepeats, .gone where repeats < Self.maximumRepeats: break
                case .rejected, .unreachable, .gone, .sessionEnded:
                    // What an earlier try did is not undone by a later one that does not get there.
                    guard !mayHaveHappened else { throw ToolsError.outcomeUnknown(tool: tool, reason: reason) }
                    throw ToolsError.unreachable(connection: client.server.name, reason: reason)
                case .lost where effect != .once && repeats < Self.maximumRepeats:
                    mayHaveHappened = effect != .none
                    context.log("\(reason); \(tool) is called again")
                case .lost, .timedOut:
                    guard effect == .none else { throw ToolsError.outcomeUnknown(tool: tool, reason: reason) }
                    return .fault(reason)
                }
                repeats += 1
            }
        }
    }

    /// The answer to a request, which may take several rounds.
    private func answer(to request: MCPRequest) async throws -> JSONValue {
        let session = try await client.session()
        do {
            var request = request
            for round in 0..<Self.maximumRounds {
                let answer: JSONValue
                do {
                    answer = try await session.result(of: request)
                } catch MCPError.gone(let reason) where round > 0 {
                    // An earlier round was sent.
                    throw MCPError.lost(reason)
                }
                guard answer["resultType"] == "input_required", answer["inputRequests"] == nil,
                    let state = answer["requestState"]
                else { return answer }
                request.params["requestState"] = state
            }
            throw MCPError.lost("the server asked \(Self.maximumRounds) times to be called again")
        } catch let error as MCPError {
            switch error {
            case .lost, .gone, .sessionEnded, .unreachable: await client.broke(session)
            case .refused, .tooLarge, .timedOut, .rejected: break
            }
            throw error
        }
    }
}
