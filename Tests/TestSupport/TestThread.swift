import CLinux
import Glibc

/// A thread for what blocks in tests: the concurrency pool has as many threads as the machine has cores.
package enum TestThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread.
    ///
    /// - Parameter stackBytes: The size of its stack, if not that of all threads.
    package static func start(stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        precondition(pthread_attr_init(&attributes) == 0, "no thread could be started")
        defer { pthread_attr_destroy(&attributes) }
        if let stackBytes {
            precondition(pthread_attr_setstacksize(&attributes, stackBytes) == 0, "no stack of \(stackBytes) bytes")
        }
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        let status = pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            argument
        )
        precondition(status == 0, "no thread could be started")
        pthread_detach(thread)
    }

    /// Runs what blocks on a thread of its own and waits for it.
    package static func run<Value: Sendable>(
        stackBytes: Int? = nil,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            start(stackBytes: stackBytes) { continuation.resume(returning: body()) }
        }
    }
}
