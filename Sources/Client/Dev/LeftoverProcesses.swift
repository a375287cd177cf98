import Glibc

/// The processes of a `chassis dev` that was killed: their guards are ending them, which takes a moment.
///
/// Every process holds a shared lock on its log, by the descriptor that it was given as its output. Whoever gets the log
/// for itself alone knows that none is left.
struct LeftoverProcesses: Sendable {
    private static let look = Duration.milliseconds(100)
    private static let patience = Duration.seconds(30)

    let state: StateDirectory
    let clock: ContinuousClock

    /// Marks a log as in use by whatever inherits the descriptor.
    static func hold(_ descriptor: Int32) { flock(descriptor, LOCK_SH) }

    /// Waits until none is left; that of Postgres is `LeftoverServer`'s.
    ///
    /// - Parameter waits: Is called when there is something to wait for.
    /// - Throws: `.dev` when one does not end.
    func wait(_ waits: () -> Void) async throws {
        let end = clock.now.advanced(by: Self.patience)
        var isFirst = true
        for name in FileSystem.names(in: state.logs) where name.hasSuffix(".log") && name != "postgres.log" {
            let path = "\(state.logs)/\(name)"
            while isHeld(path) {
                guard clock.now < end else {
                    throw ClientError.dev(
                        what: "a process of an earlier 'chassis dev' still uses \(path)",
                        wayOut: "find it with 'fuser \(path)' and end it"
                    )
                }
                if isFirst { waits() }
                isFirst = false
                try await clock.sleep(for: Self.look)
            }
        }
    }

    private func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }
}
