import ArgumentParser
import JobModel

/// The subcommand `migrate`.
struct MigrateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring a database's schema up to date.",
        discussion: "May be run again, and by several at once. Everything lies in the schema 'chassis'."
    )

    @OptionGroup var database: DatabaseOptions

    @OptionGroup var output: OutputOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let made = try await database.database(invocation).migrate()
        if output.json {
            let json: JSONValue = ["migrations": .array(made.map { .string($0) })]
            invocation.output.write(json.text() + "\n")
        } else if made.isEmpty {
            invocation.output.print("the schema is up to date")
        } else {
            invocation.output.print(made.map { StyledLine("✓ ", .green).adding($0) })
        }
        return .success
    }
}
