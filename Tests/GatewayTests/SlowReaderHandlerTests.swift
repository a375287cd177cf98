import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

@Suite struct SlowReaderHandlerTests {
    /// Changes whether a channel's client takes what is sent.
    private func set(_ isTaking: Bool, _ channel: EmbeddedChannel) {
        channel.isWritable = isTaking
        channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test func closesAConnectionThatTakesNothing() throws {
        let channel = EmbeddedChannel(handler: SlowReaderHandler(patience: .seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        set(false, channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func leavesAConnectionAloneThatTakesALittle() throws {
        let channel = EmbeddedChannel(handler: SlowReaderHandler(patience: .seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        for _ in 1...5 {
            set(false, channel)
            channel.embeddedEventLoop.advanceTime(by: .seconds(50))
            set(true, channel)
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        #expect(channel.isActive)
        _ = try? channel.finish()
    }
}
