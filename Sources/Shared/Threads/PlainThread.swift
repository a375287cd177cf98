import CLinux
import Glibc

/// A thread outside the concurrency pool, for work that blocks.
package enum PlainThread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts a detached thread that runs `body` once and ends.
    ///
    /// The thread takes no signals: they stay with the threads that expect them.
    ///
    /// - Parameter name: What `ps` and debuggers show, at most 15 characters.
    /// - Precondition: The system has a thread left.
    package static func start(named name: String, _ body: @escaping @Sendable () -> Void) {
        let code = tryToStart(named: name, body)
        precondition(code == 0, "no thread could be started, errno \(code)")
    }

    /// Starts a detached thread as `start` does, where the system has one left.
    ///
    /// - Parameter stackByteCount: How large its stack is; by default what the system gives, 8 MiB.
    /// - Returns: 0, or the error number.
    static func tryToStart(
        named name: String,
        stackByteCount: Int? = nil,
        _ body: @escaping @Sendable () -> Void
    ) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stackByteCount { pthread_attr_setstacksize(&attributes, stackByteCount) }
        defer { pthread_attr_destroy(&attributes) }

        var every = sigset_t()
        var previous = sigset_t()
        sigfillset(&every)
        pthread_sigmask(SIG_SETMASK, &every, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }

        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Body(name: name, run: body))
        let code = pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                clinux_name_thread(body.name)
                body.run()
                return nil
            },
            argument.toOpaque()
        )
        if code != 0 { argument.release() }
        return code
    }
}
