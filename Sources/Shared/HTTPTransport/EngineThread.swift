import Glibc

/// Starts the one thread on which everything that touches a libcurl handle happens.
enum EngineThread {
    /// Runs an engine loop on a new thread until it is stopped.
    static func start(_ inbox: EngineInbox) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(inbox)
        let code = pthread_create(&thread, nil, { EngineThread.main($0) }, context.toOpaque())
        precondition(code == 0, "no thread for the HTTP engine: \(String(cString: strerror(code)))")
        pthread_detach(thread)
    }

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { preconditionFailure("the engine's thread needs its inbox") }
        // OpenSSL writes to closed sockets with plain write(2); the signal stays pending here and kills nobody. The
        // program's own signals are for its other threads.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        EngineLoop(inbox: Unmanaged<EngineInbox>.fromOpaque(context).takeRetainedValue()).run()
        return nil
    }
}
