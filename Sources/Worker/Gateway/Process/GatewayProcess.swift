import Checkpoints
import Glibc
import HTTPTransport
import Hummingbird
import JobModel
package import Logging
import Postgres
import ServiceLifecycle
import Storage
import Telemetry
import Tools

/// The gateway's side of things: serves programs as long as its worker lives, and ends when no call is left.
package struct GatewayProcess: Sendable {
    /// How many connections to the database it uses, besides the one of its locks.
    private static let poolSize = 4
    /// The most connections of programs at once, where the system allows as many.
    private static let mostConnections = 4096

    private let channel: ControlChannel
    private let attempts = AttemptTokens<GatewayAttempt>()
    private let settings: GatewaySettings
    private let logger: Logger

    /// Waits for the settings that a worker sends over a connected socket.
    ///
    /// - Parameter logger: Makes the logger of a format and a level.
    /// - Returns: Nil when the worker is gone.
    package static func start(
        control descriptor: Int32,
        logger: (_ format: String?, _ level: String) -> Logger
    ) async throws -> GatewayProcess? {
        Heaps.bound()
        let channel = try ControlChannel(descriptor: descriptor)
        guard let json = try await channel.next(), let settings = GatewaySettings(json: json) else { return nil }
        GatewayEnvironment.take(settings.variables.mapValues(\.exposed))
        return GatewayProcess(
            channel: channel,
            settings: settings,
            logger: logger(settings.logFormat, settings.logLevel)
        )
    }

    private init(channel: ControlChannel, settings: GatewaySettings, logger: Logger) {
        self.channel = channel
        self.settings = settings
        self.logger = logger
    }

    /// Serves until the worker is gone and the last call has ended.
    package func run() async throws {
        let stores: GatewayStores
        do {
            stores = try await makeStores()
        } catch {
            _ = channel.send(["error": .string("\(error)")])
            throw error
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stores.locks.keep() }
            await perform(stores)
            group.cancelAll()
        }
        await stores.locks.close()
        logger.debug("the gateway has ended")
    }

    private func perform(_ stores: GatewayStores) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stores.performer.run() }
            group.addTask {
                await serve(stores)
                stores.performer.finish()
            }
            await group.waitForAll()
        }
    }

    private func makeStores() async throws -> GatewayStores {
        var options = PostgresConnection.Options(
            conninfo: settings.postgres.exposed,
            applicationName: "chassis-worker gateway"
        )
        options.sessionSettings = settings.sessionSettings
        let pool = PostgresPool(options, size: Self.poolSize)
        // The program may be newer than its worker: it was replaced on the disk, and the database is not migrated yet.
        try await CallPatience()({ try await pool.withConnection { try await Migrator().check($0) } })
        return GatewayStores(
            store: try await DirectoryStore.open(at: settings.store),
            pool: pool,
            options: options,
            redactor: Redactor(secrets: settings.secrets.map(\.exposed)),
            logger: logger
        )
    }

    /// Serves programs and the worker, until that is gone.
    private func serve(_ stores: GatewayStores) async {
        await withTaskGroup(of: Void.self) { group in
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            group.addTask {
                do {
                    try await server(stores) { port.yield($0) }.run()
                } catch {
                    _ = channel.send(["error": .string("no port can be listened on: \(error)")])
                }
                port.finish()
            }
            group.addTask { await Heaps.keepSmall() }
            var iterator = ports.makeAsyncIterator()
            if let port = await iterator.next() {
                _ = channel.send(["port": .integer(Int64(port))])
                await obey(stores)
            }
            for attempt in attempts.removeAll() { _ = await attempt.close() }
            group.cancelAll()
        }
    }

    private func server(_ stores: GatewayStores, onPort: @escaping @Sendable (Int) -> Void) -> some Service {
        var quiet = logger
        // What the server itself calls errors are clients that leave, and all that are left when the worker has ended.
        quiet.logLevel = .critical
        let connections = ClientConnections(limit: min(Self.mostConnections, OpenFiles.raiseLimit() / 2))
        return Application(
            responder: GatewayResponder(attempts: attempts, stores: stores),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        connections.handler(GatewayResponder.words, results: stores.results),
                        HangUpHandler(stores.hangUps),
                    ],
                    idleTimeout: .seconds(ClientConnections.idleSeconds)
                )
            ),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in onPort(channel.localAddress?.port ?? 0) },
            logger: quiet
        )
    }

    // MARK: The worker

    /// Does what the worker says, until it is gone.
    private func obey(_ stores: GatewayStores) async {
        while true {
            do {
                guard let order = try await channel.next() else { return }
                guard channel.send(await answer(order, stores)) else { return }
            } catch {
                logger.error("the worker cannot be understood", metadata: [LogKey.error: "\(error)"])
                return
            }
        }
    }

    private func answer(_ order: JSONValue, _ stores: GatewayStores) async -> JSONValue {
        if let job = order["open"].flatMap(GatewayJob.init) {
            let connections = (order["connections"]?.arrayValue ?? []).compactMap(GatewayConnection.init)
            let attempt = GatewayAttempt(job, connections: connections, stores: stores) { [channel] in
                // Should this process be killed, its worker knows that something may have been refused.
                channel.tell(["used": .string(job.key)])
            }
            if order["reads"]?.boolValue == true {
                // What goes wrong is said to the first request.
                stores.performer.begin { _ = try? await attempt.open() }
            }
            return ["token": .string(attempts.add(attempt))]
        }
        if let token = order["close"]?.stringValue {
            guard let attempt = attempts[token] else { return ["error": "no such attempt"] }
            _ = await attempt.close()
            let underWay = stores.localCalls.count(of: attempt.job)
            // Behind the count: what the last call came to is in it.
            let statistics = await attempt.close()
            if underWay == 0 || order["is_last"]?.boolValue == true { attempts.remove(token) }
            return ["statistics": statistics.json, "under_way": .integer(Int64(underWay))]
        }
        return ["error": "the order is not understood"]
    }
}
