import Glibc

/// A thread with a stack of a size that is known.
///
/// The composer goes as deep as libyaml does, a thousand levels, and takes some kilobytes for each; how large the stacks
/// of other threads are is up to whoever starts the process.
enum RoomyThread {
    /// Far more than the deepest file takes: 3 MiB; only what is used of it is ever given memory.
    static let stackBytes = 32 << 20

    private final class Work {
        let body: () -> Void

        init(body: @escaping () -> Void) { self.body = body }
    }

    /// Runs `body` on such a thread and waits for it; on this one where no thread is left.
    static func run<Value>(_ body: () -> Value) -> Value {
        var value: Value?
        withoutActuallyEscaping({ value = body() }) { escaping in
            guard !start(Work(body: escaping)) else { return }
            escaping()
        }
        guard let value else { preconditionFailure("the thread has ended without its work") }
        return value
    }

    /// Whether the work could be done on a thread of its own.
    private static func start(_ work: Work) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, stackBytes) == 0 else { return false }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(work)
        let status = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            context.toOpaque()
        )
        guard status == 0 else {
            context.release()
            return false
        }
        return pthread_join(thread, nil) == 0
    }
}
