import Storage
import TestSupport
import Testing

@testable import Client

/// The commands that need a database and no scheduler.
@Suite(.timeLimit(.minutes(5))) struct DatabaseCommandTests {
    private func chassis(
        _ arguments: String...,
        environment: [String: String] = [:]
    ) async -> (status: CommandStatus, output: String, errors: String) {
        let (output, errors) = (Terminal(bufferOf: nil), Terminal(bufferOf: nil))
        let invocation = Invocation(environment: environment, directory: "/tmp", output: output, errors: errors)
        let status = await Program.run(arguments, invocation)
        return (status, output.written, errors.written)
    }

    /// As the deployments do it: an address with a password belongs on no command line.
    @Test func takeTheDatabaseFromTheEnvironment() async throws {
        let environment = ["CHASSIS_POSTGRES": try await TestDatabase.empty()]
        let lines = Migration.all.map { "✓ \($0.number) \($0.name)\n" }
        #expect(await chassis("migrate", environment: environment).output == lines.joined())
        let again = await chassis("migrate", environment: environment)
        #expect(again.status == .success)
        #expect(again.output == "the schema is up to date\n")
        let token = await chassis("token", "create", "--name", "ana", environment: environment)
        #expect(token.status == .success)
        #expect(token.output.hasPrefix("chs_"))
    }

    @Test func preferTheDatabaseOfTheCommandLine() async throws {
        let url = try await TestDatabase.migrated()
        let result = await chassis(
            "migrate",
            "--postgres",
            url,
            environment: ["CHASSIS_POSTGRES": "postgresql://127.0.0.1:1/x"]
        )
        #expect(result.status == .success)
    }

    @Test func sayThatNoDatabaseIsNamed() async {
        let result = await chassis("migrate")
        #expect(result.status == .usage)
        #expect(result.errors == "chassis: no database is named; give --postgres or CHASSIS_POSTGRES\n")
    }
}
