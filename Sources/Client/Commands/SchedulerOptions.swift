import ArgumentParser
import JobModel

/// Which scheduler a command talks to.
struct SchedulerOptions: ParsableArguments {
    @Option(name: .long, help: "The scheduler's address; also CHASSIS_ADDRESS.")
    var address: String?

    @Option(name: .customLong("token-file"), help: "A file with the token; also the token itself in CHASSIS_TOKEN.")
    var tokenFile: String?

    @OptionGroup var output: OutputOptions

    /// The scheduler's API.
    func api(_ invocation: Invocation) throws(ClientError) -> SchedulerAPI {
        SchedulerAPI(
            try Endpoint.resolve(
                address: address,
                tokenFile: tokenFile.map(invocation.absolute),
                environment: invocation.environment,
                directory: invocation.directory
            )
        )
    }

    /// Writes an answer as JSON, or as the lines for people.
    func show(_ answer: @autoclosure () -> [StyledLine], json: JSONValue, _ invocation: Invocation) {
        if output.json {
            invocation.output.write(SafeText.json(json.text()) + "\n")
        } else {
            invocation.output.print(answer())
        }
    }
}
