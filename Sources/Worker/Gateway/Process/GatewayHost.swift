import CLinux
import Glibc
import JobModel
import Settings

/// A worker's hold on its gateway: a process of its own, which is started when the first program needs it.
///
/// It is a process so that it outlives the worker, by as long as calls are under way: whatever kills the worker, they
/// are finished and recorded. It ends when the worker is gone and no call is left.
package actor GatewayHost {
    /// How long a graceful end waits for calls that are under way.
    private static let longestEnd = Duration.seconds(30)
    /// How long a gateway may take for a line before it counts as gone: longer than any statement that it waits for.
    package static let longestAnswer = Duration.seconds(60)

    /// An attempt that the gateway serves.
    package struct Attempt: Sendable {
        package let token: String
        /// The port on the loopback address.
        package let port: Int
        fileprivate let key: String
    }

    private struct Running {
        let channel: ControlChannel
        let port: Int
    }

    private let settings: GatewaySettings
    private let program: String
    private let patience: Duration
    private var running: Running?
    private var isBusy = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// The attempts whose programs have used the gateway, of those that are not closed.
    private var used: Set<String> = []

    /// - Parameter program: Where `chassis-worker` lies; by default beside the running program.
    /// - Parameter patience: How long a gateway that has begun may take for a line.
    package init(_ settings: GatewaySettings, program: String? = nil, patience: Duration = GatewayHost.longestAnswer) {
        self.settings = settings
        self.patience = patience
        self.program = program ?? Self.folder + "chassis-worker"
    }

    /// Has the gateway serve the program of an attempt.
    ///
    /// - Parameter reads: Whether what earlier attempts left open is to be settled although no request may come.
    package func open(
        _ job: GatewayJob,
        connections: [GatewayConnection],
        reads: Bool
    ) async throws -> Attempt {
        try await inTurn {
            let running = try await started()
            let answer = try await ask(
                [
                    "open": job.json, "connections": .array(connections.map(\.json)), "reads": .bool(reads),
                ],
                running
            )
            guard let token = answer["token"]?.stringValue else { throw GatewayError.gone }
            return Attempt(token: token, port: running.port, key: job.key)
        }
    }

    /// Ends an attempt: its token is dead from here on.
    ///
    /// - Parameter isLast: Whether nobody will ask for it again, whatever is under way.
    /// - Returns: What its program did, and how many calls are still under way.
    package func close(
        _ attempt: Attempt,
        isLast: Bool
    ) async throws -> (statistics: GatewayStatistics, underWay: Int) {
        try await inTurn {
            guard let running else { throw GatewayError.gone }
            let answer = try await ask(["close": .string(attempt.token), "is_last": .bool(isLast)], running)
            guard let statistics = answer["statistics"], let underWay = answer["under_way"]?.integerValue else {
                throw GatewayError.gone
            }
            used.remove(attempt.key)
            return (GatewayStatistics(json: statistics), Int(underWay))
        }
    }

    /// Whether the program of an attempt that could not be closed had used the gateway: nobody knows what it was refused.
    ///
    /// It is asked once.
    package func wasUsed(_ attempt: Attempt) -> Bool { used.remove(attempt.key) != nil }

    /// Tells the gateway to end, and waits until its calls have.
    package func stop() async {
        guard let running else { return }
        self.running = nil
        running.channel.finish()
        // It answers nothing more, and its end is the end of the channel.
        await withTaskGroup(of: Void.self) { group in
            group.addTask { while let line = try? await running.channel.next(), line["used"] != nil {} }
            group.addTask {
                // Cut short by its end.
                try? await ContinuousClock().sleep(for: Self.longestEnd)
                running.channel.hangUp()
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func inTurn<Value>(_ body: () async throws -> Value) async throws -> Value {
        while isBusy { await withCheckedContinuation { waiters.append($0) } }
        isBusy = true
        defer {
            isBusy = false
            if !waiters.isEmpty { waiters.removeFirst().resume() }
        }
        return try await body()
    }

    private func ask(_ question: JSONValue, _ running: Running) async throws -> JSONValue {
        let isSent = try await running.channel.sendAside(question)
        // One that has been killed has said before which attempts have used it.
        guard let answer = try await answer(of: running), isSent else {
            // One that hangs learns of it should it go on: to it, its worker is gone.
            self.running = nil
            running.channel.hangUp()
            throw GatewayError.gone
        }
        if let reason = answer["error"]?.stringValue { throw GatewayError.refused(reason) }
        return answer
    }

    /// The next line but those that nobody has asked for.
    private func answer(of running: Running) async throws -> JSONValue? {
        while let line = try await running.channel.next() {
            guard let key = line["used"]?.stringValue else { return line }
            used.insert(key)
        }
        return nil
    }

    private func started() async throws -> Running {
        if let running { return running }
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw GatewayError.cannotStart(path: program, reason: String(cString: strerror(errno)))
        }
        let status = Self.spawn(program, control: ends[1])
        Glibc.close(ends[1])
        guard status == 0 else {
            Glibc.close(ends[0])
            throw GatewayError.cannotStart(path: program, reason: String(cString: strerror(status)))
        }
        let channel = try ControlChannel(descriptor: ends[0])
        channel.bound(to: Self.longestAnswer)
        var settings = settings
        settings.variables = GatewayEnvironment.told(of: ProcessEnvironment.all).mapValues(Secret.init)
        guard try await channel.sendAside(settings.json), let answer = try await channel.next() else {
            throw GatewayError.gone
        }
        if let reason = answer["error"]?.stringValue { throw GatewayError.refused(reason) }
        guard let port = answer["port"]?.integerValue else { throw GatewayError.gone }
        channel.bound(to: patience)
        let new = Running(channel: channel, port: Int(port))
        running = new
        return new
    }

    private static func spawn(_ program: String, control: Int32) -> Int32 {
        let variables = GatewayEnvironment.plain(of: ProcessEnvironment.all).sorted { $0.key < $1.key }
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup("gateway"), nil]
        let environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        return clinux_spawn_detached(arguments, environment, control)
    }

    /// The folder of the running program, with a slash; empty where that is not known.
    package static var folder: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return "" }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}
