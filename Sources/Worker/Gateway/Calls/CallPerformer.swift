/// Carries out calls to their end, whoever waits for them or not.
struct CallPerformer: Sendable {
    typealias Work = @Sendable () async -> Void

    private let stream: AsyncStream<Work>
    private let continuation: AsyncStream<Work>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(of: Work.self) }

    /// Begins a call.
    func begin(_ work: @escaping Work) { continuation.yield(work) }

    /// Takes no more calls; those that were begun come to their end.
    func finish() { continuation.finish() }

    /// Carries calls out, until `finish` and all of them have ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await work in stream { group.addTask { await work() } }
        }
    }
}
