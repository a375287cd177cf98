/// Carries out calls to their end, whoever waits for them or not.
struct CallPerformer: Sendable {
    typealias Work = @Sendable () async -> Void

    private struct Call: Sendable {
        let isLong: Bool
        let work: Work
    }

    private let stream: AsyncStream<Call>
    private let continuation: AsyncStream<Call>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(of: Call.self) }

    /// Begins a call.
    ///
    /// - Parameter isLong: Whether it computes for long: it holds up no other then.
    func begin(isLong: Bool = false, _ work: @escaping Work) {
        continuation.yield(Call(isLong: isLong, work: work))
    }

    /// Takes no more calls; those that were begun come to their end.
    func finish() { continuation.finish() }

    /// Carries calls out, until `finish` and all of them have ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await call in stream {
                group.addTask { await LoopExecutor.aside(call.isLong) { await call.work() } }
            }
        }
    }
}
