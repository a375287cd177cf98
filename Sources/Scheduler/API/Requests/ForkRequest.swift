import Checkpoints
import JobModel
import Storage
import Workflow

/// How a fork of a run should differ from it, as a client said.
struct ForkRequest {
    let job: String?
    let step: String?
    let edit: ForkEdit
    private let file: WorkflowSource?
    private let params: [String: GivenParam]
    private let idempotencyKey: String?

    /// - Throws: `Problem` when the members are not those of a fork.
    init(_ members: JSONMembers) throws {
        var members = members
        job = try members.optionalText("job")
        step = try members.optionalText("step")
        edit = ForkEdit(
            prompt: try members.optionalText("prompt"),
            model: try members.optionalText("model"),
            result: members.optionalValue("result")
        )
        file = try members.holds("workflow") ? WorkflowSource(&members) : nil
        params = try SubmissionRequest.params(&members)
        idempotencyKey = try SubmissionRequest.idempotencyKey(&members)
        try members.finish()
        if step != nil, job == nil {
            throw Problem(.badRequest, "\"step\" says where in a job, so \"job\" must say in which one")
        }
        if job == nil, !edit.isEmpty {
            throw Problem(.badRequest, "an edit belongs to a step; say with \"job\" and \"step\" to which one")
        }
        if let result = edit.result, result.isNested(deeperThan: JSONValue.maximumForeignDepth) {
            throw Problem(
                .badRequest,
                "the \"result\" is nested deeper than \(JSONValue.maximumForeignDepth), so that its record could not be read"
            )
        }
        if edit.result != nil, edit.prompt != nil || edit.model != nil {
            throw Problem(
                .badRequest,
                "a step with a given \"result\" is not run, so it takes neither \"prompt\" nor \"model\""
            )
        }
    }

    /// The run to start.
    ///
    /// - Throws: `Problem` with every fault of the file or the params, or when the edit fits no such job.
    func submission(from origin: ForkStore.Origin) throws -> RunStore.Submission {
        let source = file ?? WorkflowSource(text: origin.source, name: origin.workflow)
        let definition = try source.definition()
        if let job {
            guard let edited = definition.job(named: job) else {
                throw Problem(.jobNotFound, "the workflow has no job \"\(job)\"")
            }
            try check(edited)
        }
        var given = params
        for (name, value) in origin.params
        where given[name] == nil && definition.params.contains(where: { $0.name == name }) {
            given[name] = .value(value)
        }
        var submission = try SubmissionRequest.submission(
            definition,
            source: source.text,
            params: given,
            team: definition.team ?? origin.team,
            idempotencyKey: idempotencyKey
        )
        // A fork is a run of its own: one that became another would say nothing of what was edited.
        submission.start = nil
        return submission
    }

    private func check(_ job: JobDefinition) throws {
        if let step, step.hasPrefix(StepPosition.gatewayPrefix) { try check(step, of: job) }
        switch job.kind {
        case .agent, .llm: break
        default:
            guard edit.prompt == nil, edit.model == nil else {
                throw Problem(
                    .badRequest,
                    "job \"\(job.name)\" asks no model; \"prompt\" and \"model\" are for agent and llm jobs"
                )
            }
        }
        if let model = edit.model, model.split(separator: "/", maxSplits: 1).count != 2 {
            throw Problem(.badRequest, "\"\(model)\" names no model; write connection/model")
        }
        let isTurn = step.flatMap { StepPosition($0) }.map { $0.turn != nil && !$0.description.contains(".") } ?? true
        if edit.prompt != nil || edit.model != nil, !isTurn {
            throw Problem(
                .badRequest,
                "step \(step ?? "") is no turn of the model; \"prompt\" and \"model\" are for turns, such as t0003"
            )
        }
        if edit.result != nil, step == nil {
            throw Problem(.badRequest, "a \"result\" is that of one step; say with \"step\" of which one")
        }
    }

    /// Refuses edits that nobody but the program could make.
    private func check(_ step: String, of job: JobDefinition) throws {
        guard edit.prompt == nil, edit.model == nil else {
            throw Problem(
                .badRequest,
                "step \(step) is the program's own: what it asks of which model the program of job \"\(job.name)\" says itself, so "
                    + "there is no \"prompt\" and no \"model\" to change; change the program, its params or the file, and fork at "
                    + "this step without them"
            )
        }
        guard edit.result == nil || step.hasPrefix(StepPosition.namedPrefix) else {
            throw Problem(
                .badRequest,
                "step \(step) is a call of the program's own, which gets its provider's own words for an answer, so it takes no "
                    + "\"result\"; give one to a tool call or a named step (\(StepPosition.namedPrefix)…), or fork at this step without it"
            )
        }
    }
}
