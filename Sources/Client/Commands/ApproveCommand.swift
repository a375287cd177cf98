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

    @Option(name: .customLong("edit-file"), help: DataArgument.fileHelp)
    var editFile: String?

    @Option(name: .long, help: "The answer to a question.")
    var answer: String?

    @Option(name: .long, help: "The values of a gate's form, as JSON.")
    var form: String?

    @Option(name: .customLong("form-file"), help: DataArgument.fileHelp)
    var formFile: String?

    @Option(name: .long, help: "Why, for the audit log.")
    var why: String?

    func validate() throws {
        guard [edit ?? editFile, answer, form ?? formFile].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("--edit, --answer and --form exclude each other")
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let edit = try DataArgument.value(edit, file: editFile, as: .json, of: "--edit", invocation)
        let form = try DataArgument.value(form, file: formFile, as: .json, of: "--form", invocation)
        return try await decision.decide(
            "approve",
            { approval in
                var body: JSONObject = [:]
                body[approval.kind == "output" ? "output" : "arguments"] = edit
                body["answer"] = answer.map { .string($0) }
                body["form"] = form
                body["reason"] = why.map { .string($0) }
                return body
            },
            invocation
        )
    }
}
