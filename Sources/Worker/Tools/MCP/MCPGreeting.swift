import JobModel

/// Finds out which protocol a server speaks, and agrees on it.
struct MCPGreeting {
    /// What a server is asked first.
    enum Form: Equatable, Sendable {
        /// The stateless form, where the server does not know it the handshake.
        case either
        case stateless
        case handshake
    }

    /// How long a server may think about a question that it may not know.
    static let patienceWithUnknown: Duration = .seconds(15)
    /// How long it may take to greet.
    static let patience: Duration = .seconds(60)

    /// The server refused the stateless form without saying which it speaks.
    struct NeedsHandshake: Error {}

    let channel: any MCPChannel

    /// - Throws: `NeedsHandshake` where another channel to the server should begin with the handshake, `MCPError`, or
    ///   `CancellationError`.
    func session(_ form: Form) async throws -> MCPSession {
        switch form {
        case .handshake: return try await shakeHands()
        case .stateless: return try await discover(within: Self.patience)
        case .either:
            do {
                return try await discover(within: Self.patienceWithUnknown)
            } catch MCPError.refused(let fault) {
                try expectsHandshake(fault)
            } catch MCPError.timedOut {
                // A server from before that says nothing to what it does not know; or one that is slow to start, and ends at
                // the question when it comes to it, with what was asked meanwhile.
                return try await shakeHands(endsAnew: true)
            } catch MCPError.lost {
                // One from before that ends at what it does not know.
                throw NeedsHandshake()
            } catch MCPError.rejected {
                // One on the web that refuses what comes before the handshake; if it refuses all, it says so again.
            }
            return try await shakeHands()
        }
    }

    private func discover(within patience: Duration) async throws -> MCPSession {
        channel.agreed(on: .newestStateless)
        var request = MCPRequest(method: "server/discover")
        request.params = ["_meta": .object(MCPSession.meta(of: .newestStateless))]
        request.timeout = patience
        let answer = try await channel.result(of: request)
        guard let versions = answer["supportedVersions"]?.arrayValue else {
            throw MCPError.refused(MCPFault(["code": -32601, "message": "the answer names no supportedVersions"]))
        }
        guard versions.contains(.string(MCPVersion.newestStateless.rawValue)) else {
            throw MCPError.refused(
                MCPFault([
                    "code": .integer(MCPFault.unsupportedVersion), "message": "none of the server's versions is known",
                    "data": ["supported": .array(versions)],
                ])
            )
        }
        return MCPSession(channel, version: .newestStateless, capabilities: answer["capabilities"] ?? [:])
    }

    /// Throws where a refusal says that the server speaks a stateless protocol, and none that is known here.
    private func expectsHandshake(_ fault: MCPFault) throws {
        guard MCPFault.statelessCodes.contains(fault.code) else { return }
        let known = fault.supportedVersions.compactMap(MCPVersion.init).contains { !$0.isStateless }
        guard !known else { return }
        throw MCPError.unreachable(
            "the server speaks no version of the protocol that is known here: it says \(fault)"
                + (fault.supportedVersions.isEmpty
                    ? "" : ", and speaks \(fault.supportedVersions.joined(separator: ", "))")
        )
    }

    /// - Parameter endsAnew: Whether a server that ends instead of answering is to be greeted once more.
    private func shakeHands(endsAnew: Bool = false) async throws -> MCPSession {
        channel.agreed(on: .newestWithHandshake)
        var request = MCPRequest(method: "initialize")
        request.params = [
            "protocolVersion": .string(MCPVersion.newestWithHandshake.rawValue), "capabilities": [:],
            "clientInfo": MCPSession.clientInfo,
        ]
        request.timeout = Self.patience
        let answer: JSONValue
        do {
            answer = try await channel.result(of: request)
        } catch let error as MCPError {
            switch error {
            case .lost where endsAnew, .gone where endsAnew, .unreachable where endsAnew: throw NeedsHandshake()
            default: throw error
            }
        }
        guard let spoken = answer["protocolVersion"]?.stringValue, let version = MCPVersion(rawValue: spoken),
            !version.isStateless
        else {
            let spoken = answer["protocolVersion"]?.text() ?? "none"
            throw MCPError.unreachable("the server speaks version \(spoken) of the protocol, which is not known here")
        }
        channel.agreed(on: version)
        await channel.notify("notifications/initialized", [:])
        return MCPSession(channel, version: version, capabilities: answer["capabilities"] ?? [:])
    }
}
