import ArgumentParser

/// A subcommand that does something.
protocol ClientCommand: ParsableCommand {
    /// Does it.
    ///
    /// - Returns: What the process ends with.
    /// - Throws: `ClientError`.
    func run(_ invocation: Invocation) async throws -> CommandStatus
}
