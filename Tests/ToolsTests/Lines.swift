import Synchronization
import Tools

/// The lines a program wrote, to be looked at and waited for.
final class Lines: Sendable {
    private let kept = Mutex<[ProgramLine]>([])
    private let stream: AsyncStream<ProgramLine>
    private let continuation: AsyncStream<ProgramLine>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    var all: [ProgramLine] { kept.withLock { $0 } }

    /// To be given to a runner.
    var sink: @Sendable (ProgramLine) -> Void {
        { line in
            self.kept.withLock { $0.append(line) }
            self.continuation.yield(line)
        }
    }

    /// The next line, in the order in which they came.
    func next() async -> ProgramLine? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}
