import NIOCore
import NIOHTTP1
import Synchronization

/// The connections that clients have with a server: how many there may be, and what they may send.
///
/// Where there are too many, the one is closed that has waited for nothing for the longest time.
final class ClientConnections: Sendable {
    /// How long a connection may be silent while nothing is asked on it, in seconds.
    static let idleSeconds: Int64 = 60

    private struct Connection {
        let channel: any Channel
        /// Grows with each change, so that the smallest one has been idle the longest.
        var turn: UInt64
        var isIdle = true
    }

    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var lastTurn: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: The most connections at once.
    init(limit: Int) { self.limit = limit }

    /// What holds a connection to this, for its pipeline.
    ///
    /// - Parameter results: Where it is noted that results of steps come; nil where none do.
    func handler(_ words: ArrivalWords, results: ResultsUnderWay? = nil) -> any RemovableChannelHandler {
        ArrivalInstaller(ArrivalHandler(words, self), results.map(ResultHandler.init))
    }

    func opened(_ channel: any Channel) {
        let victim = state.withLock { state -> (any Channel)? in
            state.lastTurn += 1
            state.connections[ObjectIdentifier(channel)] = Connection(channel: channel, turn: state.lastTurn)
            guard state.connections.count > limit else { return nil }
            return state.connections.values.filter(\.isIdle).min { $0.turn < $1.turn }?.channel
        }
        victim?.close(promise: nil)
    }

    func change(_ channel: any Channel, isIdle: Bool) {
        state.withLock { state in
            state.lastTurn += 1
            state.connections[ObjectIdentifier(channel)]?.turn = state.lastTurn
            state.connections[ObjectIdentifier(channel)]?.isIdle = isIdle
        }
    }

    func closed(_ channel: any Channel) {
        state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}

/// Puts what looks at requests where they are read and not yet translated.
private final class ArrivalInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let handler: ArrivalHandler
    private let results: ResultHandler?

    init(_ handler: ArrivalHandler, _ results: ResultHandler?) {
        self.handler = handler
        self.results = results
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(handler, position: .after(decoder))
            let slow = SlowReaderHandler()
            try pipeline.addHandler(slow, position: .after(handler))
            if let results { try pipeline.addHandler(results, position: .after(slow)) }
        } catch {
            // Without it a connection would have no bounds.
            context.close(promise: nil)
        }
    }
}
