import ArgumentParser
import JobModel

/// The subcommand `approve`.
struct ApproveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a tool call, an output or a gate, or answer a question."
    )

    @OptionGroup var decision: DecisionOptions

    @Option(name: .long, help: "Other arguments for the call, or another output, as JSON: these are then used.")
    var edit: String?

    @Option(name: .long, help: "The answer to a question.")
    var answer: String?

    @Option(name: .long, help: "The values of a gate's form, as JSON.")
    var form: String?

    @Option(name: .long, help: "Why, for the audit log.")
    var why: String?

    func validate() throws {
        guard [edit, answer, form].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("--edit, --answer and --form exclude each other")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        try await decision.decide("approve", body, invocation)
    }

    private func body(_ approval: ApprovalDetail) throws(ClientError) -> JSONObject {
        var body: JSONObject = [:]
        if let edit {
            body[approval.kind == "output" ? "output" : "arguments"] = try DecisionOptions.json(edit, "--edit")
        }
        if let answer { body["answer"] = .string(answer) }
        if let form { body["form"] = try DecisionOptions.json(form, "--form") }
        if let why { body["reason"] = .string(why) }
        return body
    }
}
