import Glibc
import NIOCore
import NIOPosix
import Postgres
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct HangUpsTests {
    /// A server that hears of hang-ups, on a thread that a test can hold.
    private struct Server {
        let group: MultiThreadedEventLoopGroup
        let hangUps: HangUps
        let bytes = Told()
        private let accepted = AsyncStream.makeStream(of: (any Channel).self)

        init(threads: Int = 1) {
            group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
            hangUps = HangUps(group)
        }

        func start() async throws -> any Channel {
            try await ServerBootstrap(group: group)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { [hangUps, accepted, bytes] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(HangUpHandler(hangUps))
                        try channel.pipeline.syncOperations.addHandler(Reader(bytes))
                        accepted.continuation.yield(channel)
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
        }

        func connection() async -> (any Channel)? { await accepted.stream.first { _ in true } }

        var loops: [any EventLoop] { Array(group.makeIterator()) }

        /// Holds threads until something is written to the returned descriptor.
        func hold(_ loops: [any EventLoop]) async throws -> Int32 {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            let (reader, writer) = (ends[0], ends[1])
            let (isHeld, held) = AsyncStream.makeStream(of: Void.self)
            for loop in loops {
                loop.execute {
                    held.yield()
                    // What is written is left there for the next thread.
                    var reading = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
                    poll(&reading, 1, -1)
                }
            }
            var iterator = isHeld.makeAsyncIterator()
            for _ in loops { await iterator.next() }
            return writer
        }
    }

    private final class Told: Sendable {
        let hasGone = Mutex(false)
        let hasCome = Mutex(false)
    }

    /// Tells that bytes have come.
    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let told: Told

        init(_ told: Told) { self.told = told }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { told.hasCome.withLock { $0 = true } }
    }

    private static func connect(_ port: Int) -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return code == 0 ? socket : -1
    }

    @Test func whatTheSystemKnowsOfIsToldHoweverLateTheThreadRuns() async throws {
        let server = Server()
        let listening = try await server.start()
        let client = Self.connect(try #require(listening.localAddress?.port))
        let connection = try #require(await server.connection())
        let told = Told()
        let end = server.hangUps.watch(connection) { told.hasGone.withLock { $0 = true } }
        let writer = try await server.hold(server.loops)
        close(client)
        #expect(!told.hasGone.withLock { $0 })
        async let settled: Void = server.hangUps.settle()
        var byte: UInt8 = 1
        #expect(write(writer, &byte, 1) == 1)
        await settled
        #expect(told.hasGone.withLock { $0 })
        end()
        close(writer)
        try await listening.close()
        try await server.group.shutdownGracefully()
    }

    /// Of a connection that nobody has taken yet, too: one thread takes it, and another one reads from it.
    @Test func whatTheSystemHasOfNewConnectionsIsRead() async throws {
        let server = Server(threads: 2)
        let listening = try await server.start()
        let taker = listening.eventLoop
        let taking = try await server.hold([taker])
        let reading = try await server.hold(server.loops.filter { $0 !== taker })
        let client = Self.connect(try #require(listening.localAddress?.port))
        var byte: UInt8 = 1
        #expect(write(client, &byte, 1) == 1)
        #expect(!server.bytes.hasCome.withLock { $0 })
        async let settled: Void = server.hangUps.settle()
        #expect(write(taking, &byte, 1) == 1)
        // By then it has taken the connection, and looked once; the other thread, which is late, has done neither.
        try await taker.scheduleTask(in: .milliseconds(20)) {}.futureResult.get()
        #expect(!server.bytes.hasCome.withLock { $0 })
        #expect(write(reading, &byte, 1) == 1)
        await settled
        #expect(server.bytes.hasCome.withLock { $0 })
        close(client)
        close(taking)
        close(reading)
        try await listening.close()
        try await server.group.shutdownGracefully()
    }

    private static func refusal(of body: @Sendable () async throws -> Void) async -> GatewayRefusal? {
        do {
            try await body()
            return nil
        } catch {
            return error as? GatewayRefusal
        }
    }

    /// What is done for a client alone takes nobody's place any more when that has gone.
    @Test(arguments: [false, true]) func whatIsDoneForAClientEndsWhenItHangsUp(_ isGoneBefore: Bool) async throws {
        let server = Server()
        let listening = try await server.start()
        let client = Self.connect(try #require(listening.localAddress?.port))
        let connection = try #require(await server.connection())
        let place = AsyncCounter(1)
        if isGoneBefore {
            close(client)
            await server.hangUps.settle()
        }
        let (isBegun, begun) = AsyncStream.makeStream(of: Void.self)
        let hangUps = server.hangUps
        async let refusal = Self.refusal(of: {
            try await hangUps.untilGone(connection) {
                try await place.pass {
                    begun.finish()
                    for await _ in AsyncStream<Never>.makeStream().stream {}
                    try Task.checkCancellation()
                }
            }
        })
        if !isGoneBefore {
            for await _ in isBegun {}
            close(client)
        }
        #expect(await refusal == .clientHasGone)
        try await place.take()
        try await listening.close()
        try await server.group.shutdownGracefully()
    }

    @Test func whatIsDoneForAClientThatStaysIsDone() async throws {
        let server = Server()
        let listening = try await server.start()
        let client = Self.connect(try #require(listening.localAddress?.port))
        let connection = try #require(await server.connection())
        #expect(try await server.hangUps.untilGone(connection) { 7 } == 7)
        await #expect(throws: CancellationError.self) {
            try await server.hangUps.untilGone(connection) { throw CancellationError() }
        }
        close(client)
        try await listening.close()
        try await server.group.shutdownGracefully()
    }

    @Test func nobodyIsWaitedForWhereNobodyIs() async { await HangUps().settle() }
}
