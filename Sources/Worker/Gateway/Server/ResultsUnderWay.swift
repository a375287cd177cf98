import NIOCore
import NIOHTTP1
import Synchronization

/// Results of named steps that programs have begun to send, each until what becomes of it is known.
///
/// Whoever sends one may be killed right behind it, and somebody else ask for the step again, on another connection: that
/// request may be dealt with first. So a result counts from when the head of its request is read, not from when it is taken up.
final class ResultsUnderWay: Sendable {
    /// What a result is of.
    struct Step: Hashable {
        /// Of the attempt that the program belongs to.
        let token: String?
        let name: String
    }

    private struct Result {
        let step: Step
        let connection: ObjectIdentifier
        var isTakenUp = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private struct State {
        var results: [Int: Result] = [:]
        var lastResult = 0
        var lastWaiter = 0
    }

    /// By then a request is taken up whose connection has ended, or it never is.
    private static let longestUntaken = TimeAmount.seconds(5)
    /// The longest that is waited for a result: a request has 30 seconds to come, and what comes is recorded behind that.
    private static let longestWait = TimeAmount.seconds(60)

    private let state = Mutex(State())

    fileprivate func began(_ step: Step, on channel: any Channel) {
        state.withLock {
            $0.lastResult += 1
            $0.results[$0.lastResult] = Result(step: step, connection: ObjectIdentifier(channel))
        }
    }

    /// The oldest result of a connection is taken up.
    ///
    /// - Returns: What ends it; nil when there is none.
    func takeUp(on channel: any Channel) -> (@Sendable () -> Void)? {
        let number = state.withLock { state -> Int? in
            let number = state.results.filter { $1.connection == ObjectIdentifier(channel) && !$1.isTakenUp }.keys.min()
            if let number { state.results[number]?.isTakenUp = true }
            return number
        }
        guard let number else { return nil }
        return { [self] in ended { $0.key == number } }
    }

    /// Waits until it is known what becomes of the results of a step that have begun to come by now.
    ///
    /// - Parameter channel: The connection of whoever waits: what comes on it behind that is taken up later.
    /// - Returns: Whether there were any.
    func end(of step: Step, for channel: any Channel) async -> Bool {
        let numbers = state.withLock { state in
            state.results.filter {
                $1.step == step && ($1.isTakenUp || $1.connection != ObjectIdentifier(channel))
            }.keys.sorted()
        }
        for number in numbers { await end(of: number, on: channel.eventLoop) }
        return !numbers.isEmpty
    }

    private func end(of number: Int, on loop: any EventLoop) async {
        var timer: Scheduled<Void>?
        await withCheckedContinuation { continuation in
            let waiter = state.withLock { state -> Int? in
                guard state.results[number] != nil else { return nil }
                state.lastWaiter += 1
                state.results[number]?.waiters[state.lastWaiter] = continuation
                return state.lastWaiter
            }
            guard let waiter else { return continuation.resume() }
            timer = loop.scheduleTask(in: Self.longestWait) { [self] in
                state.withLock { $0.results[number]?.waiters.removeValue(forKey: waiter) }?.resume()
            }
        }
        timer?.cancel()
    }

    fileprivate func closed(_ channel: any Channel) {
        let connection = ObjectIdentifier(channel)
        guard state.withLock({ $0.results.values.contains { $0.connection == connection } }) else { return }
        channel.eventLoop.scheduleTask(in: Self.longestUntaken) { [self] in
            // Keeps the channel: no other one is taken for it.
            ended { $0.value.connection == ObjectIdentifier(channel) && !$0.value.isTakenUp }
        }
    }

    private func ended(_ which: ((key: Int, value: Result)) -> Bool) {
        let waiters = state.withLock { state in
            let ended = state.results.filter { which(($0.key, $0.value)) }
            for number in ended.keys { state.results[number] = nil }
            return ended.values.flatMap(\.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// Notices in a connection's pipeline that a result of a named step begins to come.
final class ResultHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let results: ResultsUnderWay

    init(_ results: ResultsUnderWay) { self.results = results }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.method == .PUT,
            let name = StepResponder.name(at: head.uri)
        {
            let step = ResultsUnderWay.Step(
                token: GatewayResponder.token(head.uri) { head.headers.first(name: $0) },
                name: name
            )
            results.began(step, on: context.channel)
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        results.closed(context.channel)
        context.fireChannelInactive()
    }
}
