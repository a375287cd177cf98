import Hummingbird
package import Logging
import ServiceLifecycle
import Telemetry

/// Serves programs the tools of their jobs over MCP, on the loopback address.
///
/// It stands in the worker and not beside it: a call that is under way when its worker dies is an outcome unknown, as
/// those of agents are. The server begins with the first program that needs it.
package actor ToolEndpoint {
    /// The most connections at once.
    private static let mostConnections = 1024

    /// Where a program finds the tools of its attempt, and the gateway whoever judges its calls.
    package struct Place: Sendable {
        fileprivate let token: String
        fileprivate let judgeToken: String
        fileprivate let port: Int

        /// The address of the tools, which holds the token: some clients take nothing else.
        package var url: String { "http://127.0.0.1:\(port)/mcp/\(token)" }
        /// Where calls are judged; nothing for the program.
        package var judgeURL: String { "http://127.0.0.1:\(port)/judge/\(judgeToken)" }
    }

    private enum Phase {
        case idle
        case starting([CheckedContinuation<Void, Never>])
        case serving(port: Int)
        case ended
    }

    private let room = BodyRoom(limit: ToolProgram.limit)
    private let programs = AttemptTokens<ToolProgram>()
    private let judged = AttemptTokens<ToolProgram>()
    private let logger: Logger
    private let needs: AsyncStream<Void>
    private let need: AsyncStream<Void>.Continuation
    private var phase = Phase.idle

    package init(logger: Logger) {
        self.logger = logger
        (needs, need) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Waits for the first program, then serves until the task is cancelled.
    package func run() async {
        for await _ in needs { break }
        guard !Task.isCancelled else { return move(to: .ended) }
        do {
            try await server().run()
        } catch {
            logger.error("no tools are served to programs", metadata: [LogKey.error: "\(error)"])
        }
        move(to: .ended)
    }

    /// Offers the tools of a host, which also judges what its program does itself.
    ///
    /// - Throws: `GatewayError` when no port can be listened on.
    package func open(_ host: any ToolHost & CallJudge) async throws -> Place {
        while true {
            switch phase {
            case .idle:
                phase = .starting([])
                need.yield()
            case .starting(let waiters):
                await withCheckedContinuation { phase = .starting(waiters + [$0]) }
            case .serving(let port):
                let program = ToolProgram(host, within: room)
                return Place(token: programs.add(program), judgeToken: judged.add(program), port: port)
            case .ended: throw GatewayError.refused("the worker serves no tools to programs any more")
            }
        }
    }

    /// The tokens are dead from here on.
    package func close(_ place: Place) {
        programs.remove(place.token)
        judged.remove(place.judgeToken)
    }

    private func move(to next: Phase) {
        let waiters = if case .starting(let waiters) = phase { waiters } else { [CheckedContinuation<Void, Never>]() }
        phase = next
        for waiter in waiters { waiter.resume() }
    }

    private func server() -> some Service {
        var quiet = logger
        // What the server itself calls errors are clients that leave, and all that are left when the worker ends.
        quiet.logLevel = .critical
        let connections = ClientConnections(limit: Self.mostConnections)
        return Application(
            responder: ToolResponder(programs: programs, judged: judged),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [connections.handler(ToolResponder.words)],
                    idleTimeout: .seconds(ClientConnections.idleSeconds)
                )
            ),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { [weak self] channel in
                await self?.move(to: .serving(port: channel.localAddress?.port ?? 0))
            },
            logger: quiet
        )
    }
}
