import ServiceLifecycle

/// A wait that a graceful shutdown cuts short.
enum Pause {
    /// Waits.
    ///
    /// - Returns: True when the time has passed, false when a graceful shutdown came first.
    static func ends(after length: Duration) async throws -> Bool {
        let hasPassed = await cancelWhenGracefulShutdown {
            // Cancelled by the shutdown, it has not passed; the task's own cancellation is looked at below.
            (try? await ContinuousClock().sleep(for: length)) != nil
        }
        try Task.checkCancellation()
        return hasPassed
    }
}
