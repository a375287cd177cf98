import ArgumentParser

/// The measured side of `Benchmarks/run`: workers whose jobs do almost nothing, and submissions in numbers.
@main
struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chassis-benchmark",
        abstract: "Workers and submissions for Benchmarks/run.",
        subcommands: [
            WorkCommand.self, SubmitCommand.self, SubmitTimedCommand.self, SessionsCommand.self, ClaimCommand.self,
        ]
    )
}
