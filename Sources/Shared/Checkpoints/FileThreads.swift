import CLinux
import Glibc

/// A few threads for file calls that block, so that the concurrency pool never does.
///
/// Work that is handed over waits in line without a bound of its own: each piece has a caller that waits for it. The
/// threads end after the last reference is gone.
package final class FileThreads: Sendable {
    /// How many threads there are by default: each waits for the disk, which takes many synchronisations at once.
    package static let defaultCount = 16

    private static let stackByteCount = 512 << 10

    private let line = WorkLine()

    /// Starts the threads.
    ///
    /// - Parameter count: How many, at least 1.
    /// - Throws: `CheckpointError.fileCall` when the system allows no more threads.
    package init(count: Int = FileThreads.defaultCount) throws(CheckpointError) {
        precondition(count >= 1, "at least one file thread is needed, got \(count)")
        for number in 1...count {
            let code = Self.start(number, on: line)
            guard code == 0 else {
                line.close()
                throw .fileCall("pthread_create", path: "file thread \(number)", code: code)
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

    private static func start(_ number: Int, on line: WorkLine) -> Int32 {
        var thread = pthread_t()
        let share = Unmanaged.passRetained(ThreadShare(line: line, name: "file-\(number)"))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        // File calls need little; the default is 8 MiB for each.
        pthread_attr_setstacksize(&attributes, stackByteCount)
        let code = pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument else { return nil }
                let share = Unmanaged<ThreadShare>.fromOpaque(argument).takeRetainedValue()
                clinux_name_thread(share.name)
                while let work = share.line.next() { work() }
                return nil
            },
            share.toOpaque()
        )
        if code == 0 { pthread_detach(thread) } else { share.release() }
        return code
    }
}

/// What a thread is given when it starts.
private final class ThreadShare {
    let line: WorkLine
    let name: String

    init(line: WorkLine, name: String) {
        self.line = line
        self.name = name
    }
}
