/// A few threads for file calls that block, so that the concurrency pool never does.
///
/// Work that is handed over waits in line without a bound of its own: each piece has a caller that waits for it. The
/// threads end after the last reference is gone.
package final class FileThreads: Sendable {
    /// How many threads there are by default: each waits for the disk, which takes many synchronisations at once.
    package static let defaultCount = 16

    /// File calls need little.
    private static let stackByteCount = 512 << 10

    private let line = WorkLine<@Sendable () -> Void>()

    /// Starts the threads.
    ///
    /// - Parameter count: How many, at least 1.
    /// - Throws: `ThreadError.refused` when the system allows no more threads.
    package init(count: Int = FileThreads.defaultCount) throws(ThreadError) {
        precondition(count >= 1, "at least one file thread is needed, got \(count)")
        for number in 1...count {
            let code = PlainThread.tryToStart(named: "file-\(number)", stackByteCount: Self.stackByteCount) { [line] in
                let seat = Seat()
                while let work = line.next(seat) { work() }
            }
            guard code == 0 else {
                line.close()
                throw .refused(name: "file-\(number)", code: code)
            }
        }
    }

    deinit { line.close() }

    /// Does blocking work on one of the threads.
    ///
    /// Cancellation does not interrupt it: half a file call is worth nothing.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            start { caller.resume(with: Result(catching: work)) }
        }
    }

    /// Hands blocking work over to one of the threads, and does not wait for it.
    package func start(_ work: @escaping @Sendable () -> Void) { line.append(work) }
}
