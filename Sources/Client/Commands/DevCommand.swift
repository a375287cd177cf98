import ArgumentParser

/// The subcommand `dev`.
struct DevCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run everything here: a private Postgres, one scheduler, workers, and an example.",
        discussion: """
            Everything is kept in the state directory, so a second start goes on where the first was. Ctrl-C ends all \
            processes. Other commands in the same directory find this scheduler by themselves.
            """
    )

    @Option(name: .long, help: "The directory that everything is kept in.")
    var state = ".chassis"

    @Option(name: .long, help: "Use this database instead of a private server: a libpq URL or connection string.")
    var postgres: String?

    @Option(name: .customLong("model-url"), help: "A server for Chat Completions, such as http://127.0.0.1:11434/v1.")
    var modelURL: String?

    @Option(name: .customLong("model-key-file"), help: "A file with the key for --model-url.")
    var modelKeyFile: String?

    @Option(name: .long, help: "The model's name: of --model-url (default: the first it lists) or of OpenAI (gpt-4o).")
    var model: String?

    @Option(name: .long, help: "How many workers, 1 to 16.")
    var workers = 2

    @Option(name: .long, help: "The scheduler's port; a free one is taken when it is in use.")
    var port: UInt16 = 8420

    @Option(name: .long, help: "The example to run.")
    var example = "churn-report"

    @Flag(name: .customLong("no-example"), help: "Run no example.")
    var noExample = false

    @Flag(name: .long, help: "End after the example; otherwise everything stays until Ctrl-C.")
    var once = false

    @Flag(name: .customLong("no-color"), help: "Write no colours; so does NO_COLOR, or output that is no terminal.")
    var noColour = false

    func validate() throws {
        guard !state.isEmpty else { throw ValidationError("--state names no directory") }
        guard (1...16).contains(workers) else { throw ValidationError("--workers is \(workers), it goes from 1 to 16") }
        guard !(once && noExample) else {
            throw ValidationError("--once ends after the example; --no-example has none")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var options = DevOptions(state: invocation.absolute(state))
        options.postgres = postgres
        options.workers = workers
        options.port = port
        options.example = noExample ? nil : example
        options.model = try ModelChoice(
            url: modelURL,
            keyFile: modelKeyFile,
            model: model,
            environment: invocation.environment
        )
        options.endsAfterExample = once
        return try await DevSession(options, executables: .besideThisOne(), invocation).run()
    }
}
