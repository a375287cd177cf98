import NIOCore

/// Closes a connection whose client takes nothing of what it is sent for too long.
final class SlowReaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let patience: TimeAmount
    private var timer: Scheduled<Void>?

    /// - Parameter patience: How long a client may take nothing, by default as long as a connection may be silent.
    init(patience: TimeAmount = .seconds(ClientConnections.idleSeconds)) { self.patience = patience }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        if !context.channel.isWritable {
            let channel = context.channel
            timer = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }
}
