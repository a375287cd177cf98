import Glibc

/// What a `chassis dev` that was killed may have left of its server.
///
/// Every process of a server runs in its data directory, so they are found there and nowhere else.
struct LeftoverServer: Sendable {
    private static let patience = Duration.seconds(20)
    private static let look = Duration.milliseconds(50)

    /// The data directory, without links.
    let directory: String
    let clock: ContinuousClock

    /// Ends what is left, and removes a `postmaster.pid` that names a process of somebody else.
    func clear() async throws {
        guard let postmaster = PostmasterFile(in: directory) else { return }
        if processes().contains(postmaster.pid) { kill(postmaster.pid, SIGINT) }
        let end = clock.now.advanced(by: Self.patience)
        while !processes().isEmpty {
            if clock.now >= end { processes().forEach { kill($0, SIGKILL) } }
            try await clock.sleep(for: Self.look)
        }
        // With none of its processes left the file is stale. Postgres sees that by itself unless the number in it has
        // been given to another process since.
        if kill(postmaster.pid, 0) == 0 || errno == EPERM { unlink(directory + "/" + PostmasterFile.name) }
    }

    private func processes() -> [pid_t] {
        FileSystem.names(in: "/proc").compactMap { pid_t($0) }.filter {
            FileSystem.linkTarget("/proc/\($0)/cwd") == directory
        }
    }
}
