import Hummingbird
package import Logging
import ServiceLifecycle
import Telemetry

/// Serves programs the tools of their jobs over MCP, on the loopback address.
///
/// It stands in the worker and not beside it: a call that is under way when its worker dies is an outcome unknown, as
/// those of agents are. The server begins with the first program that needs it.
package actor ToolEndpoint {
    /// How long a connection may be silent while nothing is asked on it, in seconds.
    private static let idleSeconds: Int64 = 60

    /// Where a program finds the tools of its attempt.
    package struct Place: Sendable {
        package let token: String
        package let port: Int

        /// The address, which holds the token: some clients take nothing else.
        package var url: String { "http://127.0.0.1:\(port)/mcp/\(token)" }
    }

    private enum Phase {
        case idle
        case starting([CheckedContinuation<Void, Never>])
        case serving(port: Int)
        case ended
    }

    private let hosts = ToolHosts()
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

    /// Offers the tools of a host.
    ///
    /// - Throws: `GatewayError` when no port can be listened on.
    package func open(_ host: any ToolHost) async throws -> Place {
        while true {
            switch phase {
            case .idle:
                phase = .starting([])
                need.yield()
            case .starting(let waiters):
                await withCheckedContinuation { phase = .starting(waiters + [$0]) }
            case .serving(let port): return Place(token: hosts.add(host), port: port)
            case .ended: throw GatewayError.refused("the worker serves no tools to programs any more")
            }
        }
    }

    /// The token is dead from here on.
    package func close(_ place: Place) { hosts.remove(place.token) }

    private func move(to next: Phase) {
        let waiters = if case .starting(let waiters) = phase { waiters } else { [CheckedContinuation<Void, Never>]() }
        phase = next
        for waiter in waiters { waiter.resume() }
    }

    private func server() -> some Service {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            responder: ToolResponder(hosts: hosts),
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { [weak self] channel in
                await self?.move(to: .serving(port: channel.localAddress?.port ?? 0))
            },
            logger: quiet
        )
    }
}
