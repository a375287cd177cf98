import NIOCore
import NIOPosix
import Synchronization

/// Tells who is interested when a client hangs up, also while nothing is written to it.
final class HangUps: Sendable {
    private struct Connection {
        var hasHungUp = false
        var watchers: [Int: @Sendable () -> Void] = [:]
    }

    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var lastWatcher = 0
    }

    /// Longer than a thread takes to do what is to be done at once.
    private static let moment = TimeAmount.milliseconds(1)

    /// How often all threads are looked at: one may take a new connection, another one get it then, and read from it at last.
    private static let looks = 3

    private let state = Mutex(State())
    private let loops: [any EventLoop]

    /// - Parameter threads: Those of the connections.
    init(_ threads: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        loops = Array(threads.makeIterator())
    }

    /// Has `onHangUp` called once when the peer of a connection hangs up; at once when it already has.
    ///
    /// - Returns: What ends the watch.
    func watch(
        _ channel: any Channel,
        _ onHangUp: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let connection = ObjectIdentifier(channel)
        let watcher = state.withLock { state -> Int? in
            guard state.connections[connection]?.hasHungUp == false else { return nil }
            state.lastWatcher += 1
            state.connections[connection]?.watchers[state.lastWatcher] = onHangUp
            return state.lastWatcher
        }
        guard let watcher else {
            onHangUp()
            return {}
        }
        return { [self] in
            state.withLock { _ = $0.connections[connection]?.watchers.removeValue(forKey: watcher) }
        }
    }

    /// Does something for a client that nobody needs without it, until that is done or the client hangs up.
    ///
    /// - Throws: `GatewayRefusal` when the client has hung up: what was being done is cancelled then, and has ended.
    func untilGone<Value: Sendable>(
        _ channel: any Channel,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            let (isThere, leaving) = AsyncStream.makeStream(of: Void.self)
            let end = watch(channel) { leaving.finish() }
            defer {
                end()
                group.cancelAll()
            }
            group.addTask { try await body() }
            group.addTask {
                for await _ in isThere {}
                throw GatewayRefusal.clientHasGone
            }
            guard let value = try await group.next() else { preconditionFailure("two were begun") }
            return value
        }
    }

    /// Returns when all have been told of what the system knew of at the call, however late the connections' threads run: new
    /// connections, what begins to come on them, and hang-ups.
    func settle() async {
        for _ in 1...Self.looks {
            // What is to be done at once may be done before the next look, however often it is asked for; what is to be done
            // in a moment is not.
            let looks = loops.map { $0.scheduleTask(in: Self.moment) {} }
            // A loop that ends has told all.
            for look in looks { try? await look.futureResult.get() }
        }
    }

    fileprivate func opened(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = Connection() }
    }

    fileprivate func hungUp(_ channel: any Channel) {
        let watchers = state.withLock { state in
            let watchers = state.connections[ObjectIdentifier(channel)]?.watchers ?? [:]
            if !state.connections.isEmpty {
                state.connections[ObjectIdentifier(channel)]?.watchers = [:]
                state.connections[ObjectIdentifier(channel)]?.hasHungUp = true
            }
            return watchers
        }
        for watcher in watchers.values { watcher() }
    }

    fileprivate func closed(_ channel: any Channel) {
        hungUp(channel)
        state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}

/// Notices in a connection's pipeline that the client has closed its side.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let hangUps: HangUps

    init(_ hangUps: HangUps) { self.hangUps = hangUps }

    func handlerAdded(context: ChannelHandlerContext) { hangUps.opened(context.channel) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed = event as? ChannelEvent { hangUps.hungUp(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        hangUps.closed(context.channel)
        context.fireChannelInactive()
    }
}
