import Glibc

/// Starts programs under the guard, with logs in the state directory.
struct Launcher: Sendable {
    /// The longest a helper such as `createdb` may take.
    private static let helperPatience = Duration.seconds(120)

    let guardPath: String
    let state: StateDirectory
    /// What every program is started with.
    let environment: [String: String]
    let clock: ContinuousClock

    /// The variable `PATH`.
    var path: String { environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" }

    /// Starts a program that goes on running.
    ///
    /// - Parameter extra: Variables besides those that every program gets.
    func start(
        _ command: [String],
        name: String,
        adding extra: [String: String] = [:],
        directory: String? = nil,
        grace: Duration = .seconds(5)
    ) throws(ClientError) -> GuardedProcess {
        try GuardedProcess(
            command,
            name: name,
            guardPath: guardPath,
            log: state.log(name),
            environment: environment.merging(extra) { $1 },
            directory: directory,
            grace: grace
        )
    }

    /// Runs a helper to its end.
    ///
    /// - Parameter log: The name of its log, which is begun anew.
    /// - Returns: How it ended, and what it said.
    func run(
        _ command: [String],
        log: String,
        adding extra: [String: String] = [:],
        directory: String? = nil
    ) async throws -> (ending: ProcessEnding, output: String) {
        unlink(state.log(log))
        let process = try GuardedProcess(
            command,
            name: log,
            guardPath: guardPath,
            log: state.log(log),
            environment: environment.merging(extra) { $1 },
            directory: directory
        )
        let ending = await process.ending(within: Self.helperPatience, clock: clock)
        process.askToStop()
        await process.waitForEnd()
        try Task.checkCancellation()
        guard let ending else {
            throw ClientError.dev(
                what: "\(command[0]) has not ended within \(Self.helperPatience.components.seconds)s",
                wayOut: "see \(state.log(log))"
            )
        }
        let text = try LocalFile.read(state.log(log), maximumBytes: 1 << 20)
        return (ending, String(decoding: text, as: UTF8.self))
    }
}
