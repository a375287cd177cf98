import ArgumentParser

/// Which database a command talks to that needs no scheduler.
struct DatabaseOptions: ParsableArguments {
    @Option(name: .long, help: "The database, as a libpq URL or connection string; also CHASSIS_POSTGRES.")
    var postgres: String?

    /// The database that `--postgres` or the environment names.
    ///
    /// - Throws: `ClientError.usage` when neither does.
    func database(_ invocation: Invocation) throws(ClientError) -> Database {
        guard let url = postgres ?? invocation.environment["CHASSIS_POSTGRES"], !url.isEmpty else {
            throw .usage("no database is named; give --postgres or CHASSIS_POSTGRES")
        }
        return Database(url: url)
    }
}
