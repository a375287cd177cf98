import ArgumentParser
import JobModel

/// The subcommand `event send`.
struct EventSendCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Tell of an event: jobs that wait for it go on, workflows that it triggers start.",
        discussion: "Within a command job it says by itself from which run it comes."
    )

    @Argument(help: "What sort of thing happened, such as payment.received.") var name: String
    @Option(help: "To what it happened, such as an order's number.") var key: String?
    @Option(help: "What is to be known about it, as JSON; what is no JSON is taken as a text.") var data: String?

    @Option(name: .customLong("data-file"), help: DataArgument.fileHelp)
    var dataFile: String?

    @Option(help: "The team whose jobs and workflows hear of it (default).") var team: String?

    @Option(
        name: .customLong("idempotency-key"),
        help: "The same for every telling of the same event; the second one changes nothing."
    )
    var idempotencyKey: String?

    @OptionGroup var options: SchedulerOptions

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let idempotencyKey = idempotencyKey ?? IdempotencyKey.fresh()
        var body: JSONObject = ["name": .string(name), "idempotency_key": .string(idempotencyKey)]
        body["key"] = key.map { .string($0) }
        body["data"] = try DataArgument.value(data, file: dataFile, of: "--data", invocation)
        body["team"] = team.map { .string($0) }
        body["run"] = invocation.run.map { .integer($0) }
        let told = body
        let api = PatientAPI(
            api: try options.api(invocation),
            errors: invocation.errors,
            clock: invocation.clock
        )
        let answer = try await api.submit(key: idempotencyKey) { try await $0.sendEvent(told) }
        options.show(
            [StyledLine("event \(answer.number("id"))").adding("  \(answer.text("name")) \(answer.text("key"))", .dim)],
            json: answer,
            invocation
        )
        return .success
    }
}
