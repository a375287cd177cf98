import Access
import ArgumentParser
import JobModel

/// The subcommand `token create`.
struct TokenCreateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token and print it; it cannot be shown again.",
        discussion: "The token goes to standard output, alone on its line; the database keeps its digest only."
    )

    private static let longestName = 200

    @OptionGroup var database: DatabaseOptions

    @Option(name: .long, help: "Whom the token is for.")
    var name: String

    @Option(
        name: .long,
        help: "A team whose runs it decides about; may be given several times. Without any: all teams."
    )
    var team: [String] = []

    @Option(name: .long, help: "A role it decides in; may be given several times. With neither role nor team: all.")
    var role: [String] = []

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...Self.longestName).contains(name.count) else {
            throw ValidationError("--name has \(name.count) characters, it takes 1 to \(Self.longestName)")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let token = AccessToken.mint()
        let database = try database.database(invocation)
        try await database.check()
        try await database.add(
            token,
            name: name,
            teams: team.isEmpty ? nil : team,
            // A token with a team alone decides what needs no role.
            roles: role.isEmpty && team.isEmpty ? nil : role
        )
        if output.json {
            let json: JSONValue = ["name": .string(name), "token": .string(token.reveal())]
            invocation.output.write(SafeText.json(json.text()) + "\n")
        } else {
            invocation.output.write(token.reveal() + "\n")
            invocation.errors.print("the token of '\(name)': keep it, it cannot be shown again", .dim)
        }
        return .success
    }
}
