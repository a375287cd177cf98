import NIOCore
import NIOHTTP1

/// Refuses the requests of a connection that take too long to arrive, or are no HTTP, in the words of their provider.
///
/// It stands behind the decoder; its other half stands at the front of the pipeline and sees bytes.
final class ArrivalHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What reads a body learns when its client was refused.
    struct Refused: Error {}

    private let words: ArrivalWords
    private let connections: ClientConnections
    private let front = ArrivalBytesHandler()
    private var machine = ArrivalStateMachine<ContinuousClock.Instant>()
    private var timer: Scheduled<Void>?
    private var head: HTTPRequestHead?
    private var isWriting = false
    /// Whether the client knows no chunks: the end of the connection is the end of its answer.
    private var speaksHTTP10 = false
    /// Whether the client would rather speak something else from here on: it is answered, and then nothing more is read.
    private var asksForAnother = false

    init(_ words: ArrivalWords, _ connections: ClientConnections) {
        self.words = words
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        front.handler = self
        front.behind = context
        do {
            try context.pipeline.syncOperations.addHandler(front, position: .first)
        } catch {
            // The pipeline is gone already.
            context.close(promise: nil)
        }
        connections.opened(context.channel)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        front.handler = nil
        front.behind = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.closed(context.channel)
        context.fireChannelInactive()
    }

    // MARK: Requests

    /// Bytes have come, of whatever.
    ///
    /// - Returns: Whether they are to be read.
    fileprivate func bytesCame(_ context: ChannelHandlerContext) -> Bool {
        guard !machine.isRefused else { return false }
        perform(machine.bytesCame(at: .now), context)
        return true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            speaksHTTP10 = head.version.major == 1 && head.version.minor == 0
            asksForAnother = head.method == .CONNECT || head.headers.contains(name: "upgrade")
            if head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }), !speaksHTTP10, canSpeak {
                // What is wrong with the request is said in its answer, which the client reads then.
                front.say("HTTP/1.1 100 Continue\r\n\r\n")
            }
            // Its first byte may have come together with the end of the request before.
            perform(machine.bytesCame(at: .now), context)
        case .body: break
        case .end:
            machine.requestArrived()
            connections.change(context.channel, isIdle: machine.isIdle)
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, !machine.isRefused {
            refuse(GatewayRefusal(.invalid, "the request is not understood: \(Self.reason(error))"), context)
        }
        context.fireErrorCaught(error)
    }

    private static func reason(_ error: HTTPParserError) -> String {
        switch error {
        case .headerOverflow: "its header has more than 80 KiB, or more than 1000 fields"
        case .invalidEOFState: "the client hung up in the middle of it"
        default: "it is no HTTP/1.1 (\(error))"
        }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !machine.isRefused else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            isWriting = true
            guard speaksHTTP10 || asksForAnother else { break }
            if speaksHTTP10 { head.version = .http1_0 }
            head.headers.replaceOrAdd(name: "connection", value: "close")
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: break
        case .end:
            isWriting = false
            machine.answered()
            connections.change(context.channel, isIdle: machine.isIdle)
            if speaksHTTP10 || asksForAnother { return endConnection(context, data, promise) }
        }
        context.write(data, promise: promise)
    }

    /// Writes the end of an answer, and closes behind it.
    private func endConnection(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        let written = promise ?? context.eventLoop.makePromise()
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(data, promise: written)
    }

    // MARK: Time

    private func perform(
        _ action: ArrivalStateMachine<ContinuousClock.Instant>.Action,
        _ context: ChannelHandlerContext
    ) {
        switch action {
        case .none: break
        case .close: context.close(promise: nil)
        case .look(let time):
            // One timer a connection: when it fires too early it is set again.
            guard timer == nil else { return }
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            timer = context.eventLoop.scheduleTask(in: TimeAmount(time - .now)) {
                let (handler, context) = bound.value
                handler.timer = nil
                handler.perform(handler.machine.timerFired(at: .now), context)
            }
        case .refuse:
            let seconds = ArrivalStateMachine<ContinuousClock.Instant>.longestArrival.components.seconds
            refuse(GatewayRefusal(.late, "the request did not arrive within \(seconds) seconds"), context)
            context.fireErrorCaught(Refused())
        }
    }

    /// Whether something can be said that is no answer: into the middle of one nothing can.
    private var canSpeak: Bool { !isWriting && machine.isIdle && machine.owed == 0 }

    /// Tells the client why, reads on for a moment so that it comes to read that, and closes.
    private func refuse(_ refusal: GatewayRefusal, _ context: ChannelHandlerContext) {
        let canSpeak = canSpeak
        timer?.cancel()
        timer = nil
        perform(machine.refused(at: .now), context)
        front.end(with: canSpeak ? words.response(refusal, head) : nil)
    }
}

/// The half of an `ArrivalHandler` that sees bytes.
final class ArrivalBytesHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    fileprivate var handler: ArrivalHandler?
    fileprivate var behind: ChannelHandlerContext?
    private var context: ChannelHandlerContext?
    private var hasEnded = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let handler, let behind, handler.bytesCame(behind) else { return }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Whoever would read is no longer there.
        if hasEnded { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if hasEnded, case .inputClosed = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    fileprivate func say(_ text: String) {
        context?.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer(string: text))), promise: nil)
    }

    fileprivate func end(with response: [UInt8]?) {
        guard let context, !hasEnded else { return }
        hasEnded = true
        guard let response else { return context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer(bytes: response))), promise: nil)
        context.close(mode: .output, promise: nil)
        context.read()
    }
}
