import NIOCore
import Synchronization

/// Runs tasks on the thread of an event loop, where what they wait for comes in and goes out, as long as it keeps up.
///
/// What finds too many others before it runs on the threads that all tasks share, so other processors help when there is much to do.
/// What computes for long does not belong on the loop: ask for the shared threads (`globalConcurrentExecutor`).
final class LoopExecutor: TaskExecutor {
    /// How many parts of tasks wait for the loop at most.
    static let mostWaiting = 32
    /// The longest request or answer, in bytes, that is read and written on the loop; a longer one takes milliseconds: 64 KiB.
    static let largestWork = 64 << 10

    private let loop: any EventLoop
    private let waiting = Atomic(0)

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        guard waiting.wrappingAdd(1, ordering: .relaxed).oldValue < Self.mostWaiting else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            globalConcurrentExecutor.enqueue(job)
            return
        }
        let job = UnownedJob(job)
        loop.execute {
            self.waiting.wrappingSubtract(1, ordering: .relaxed)
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }

    /// Does something that may take long on the threads that all tasks share.
    static func aside<Value: Sendable>(
        _ isLong: Bool = true,
        _ body: @concurrent @Sendable () async throws -> Value
    ) async rethrows -> Value {
        guard isLong else { return try await body() }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await body() }
    }
}
