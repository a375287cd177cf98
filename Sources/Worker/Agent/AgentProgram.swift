import Checkpoints
import JobModel
import Models
import Tools
import Workflow

/// Puts the agents of one job together and runs them: its own, and those that are tools of it.
struct AgentProgram: Sendable {
    let context: JobContext
    let kit: AgentKit
    /// The files of all agents of the job.
    let folder = FileFolder()

    /// Runs the job's own agent, and keeps the files that are there at its end as artifacts.
    func run(_ agent: AgentDefinition) async throws -> JSONValue {
        let shown = try await kit.files.parts(agent.files, in: context)
        let prompt = ModelMessage(role: .user, parts: shown + [.text(try context.text(agent.prompt))])
        let output = try await run(agent, prompt: prompt, inside: nil, after: nil)
        try await keepFiles()
        return output
    }

    /// Keeps the files that the agents have written as artifacts of the job.
    ///
    /// Of two that would make one name a file and a folder, the later one; the job's log names the other. A job that is done
    /// and paid for does not fail for it.
    func keepFiles() async throws {
        for (name, blob) in folder.latestFirst {
            do {
                try await context.steps.keepArtifact(try ArtifactName(name), try await context.steps.kept(blob))
            } catch let error as CheckpointError {
                guard case .artifactNameTaken = error else { throw error }
                context.log.event("a file of the agent is not kept as an artifact: \(error)")
            }
        }
    }

    /// Runs one agent to its end.
    ///
    /// - Parameters:
    ///   - rules: What people decide about calls of the agents that it is a tool of; that holds for its own calls too.
    ///   - given: Instructions in place of those in its definition.
    ///   - call: The tool call, or the step of a handler, that it is; nil for the job's own.
    ///   - fingerprint: Of that call.
    func run(
        _ agent: AgentDefinition,
        under rules: [ApprovalRule] = [],
        prompt: ModelMessage,
        instructions given: String? = nil,
        inside call: StepPosition?,
        after fingerprint: Fingerprint?
    ) async throws -> JSONValue {
        var messages: [ModelMessage] = []
        var instructions = try given ?? agent.instructions.map { try context.text($0) }
        if let skills = try await skillList(of: agent, inside: call, after: fingerprint) {
            instructions = [instructions, skills].compactMap { $0 }.joined(separator: "\n\n")
        }
        if let instructions { messages.append(.system(instructions)) }
        messages.append(prompt)
        let shelf = ResultShelf(steps: context.steps)
        let rules = rules + agent.approve
        let offered = try offered(to: agent, under: rules, shelf: shelf, inside: call)
        let fork = call == nil ? context.fork : nil
        let conversation = Conversation(
            context: context,
            caller: try caller(([agent.model] + agent.fallbacks).map { try context.text($0) }),
            change: try fork?.edit.model.map { model throws(JobFailure) in
                Conversation.ModelChange(turn: fork?.turn ?? 1, caller: try caller([model]))
            },
            offered: offered,
            schema: agent.output,
            temperature: agent.temperature,
            maximumOutputTokens: agent.maximumOutputTokens,
            reasoning: agent.reasoning,
            keepsPrompt: agent.keepsPrompt ?? !agent.tools.isEmpty,
            files: kit.files,
            gate: try gate(of: agent, under: rules),
            unknown: Dictionary(agent.tools.map { ($0.name, $0.unknown) }) { first, _ in first },
            shelf: shelf,
            within: call,
            origin: fingerprint
        )
        var loop = AgentStateMachine(messages: messages, limits: agent.limits, schema: agent.output)
        loop.interjection = fork?.interjection
        loop.reviewsOutput = agent.approve.contains { $0.subject == .output }
        let begun = loop
        do {
            let output = try await TimeLimit.run(agent.limits.time, named: "limits.time") {
                try await conversation.run(begun)
            }
            await offered.close()
            return output
        } catch {
            await offered.close()
            throw error
        }
    }

    private func caller(_ models: [String]) throws(JobFailure) -> ModelCaller {
        try ModelCaller(models, among: kit.connections, gates: kit.gates)
    }

    // MARK: Skills

    /// What the instructions say of the skills; nil without any.
    ///
    /// It is a step of the job: a description that changes in the worker's folder changes nothing for a job that has begun.
    private func skillList(
        of agent: AgentDefinition,
        inside call: StepPosition?,
        after fingerprint: Fingerprint?
    ) async throws -> String? {
        guard !agent.skills.isEmpty else { return nil }
        let position = try StepPosition.step(named: "skills")
        let step = StepRequest(
            position: try call.map { call throws(CheckpointError) in try position.inside(call) } ?? position,
            fingerprint: Fingerprint(
                kind: .step,
                request: .array(agent.skills.map { .string($0) }),
                after: fingerprint
            ),
            kind: .step,
            name: "skills",
            effect: .none,
            isPaid: false
        )
        let list = try await context.steps.run(step) { _ in
            StepResult(value: .array(try descriptions(of: agent.skills)))
        }
        let lines = (list.value.arrayValue ?? []).map { skill in
            "- \(skill["name"]?.stringValue ?? ""): \(skill["description"]?.stringValue ?? "")"
        }
        return "Skills, to be loaded with load_skill when one fits the task:\n" + lines.joined(separator: "\n")
    }

    private func descriptions(of names: [String]) throws(JobFailure) -> [JSONValue] {
        guard let folder = kit.toolbox.skills else {
            throw JobFailure(
                code: "skills",
                message: "this worker has no skills; give it their directory with --skills"
            )
        }
        var descriptions: [JSONValue] = []
        for name in names {
            do throws(SkillFileError) {
                let skill = try folder.skill(name)
                descriptions.append(["name": .string(name), "description": .string(skill.description)])
            } catch {
                throw JobFailure(code: "skills", message: "the skill \(name) cannot be used: \(error)")
            }
        }
        return descriptions
    }

    // MARK: Tools

    private func offered(
        to agent: AgentDefinition,
        under rules: [ApprovalRule],
        shelf: ResultShelf,
        inside call: StepPosition?
    ) throws -> AgentTools {
        var fixed: [any Tool] = []
        for definition in agent.tools {
            switch definition {
            case .agent(let tool): fixed.append(try self.tool(tool, under: rules))
            case .files(let files): fixed += tools(files)
            case .sql, .http, .command, .ask, .tool, .mcp, .openapi:
                fixed += try kit.toolbox.tools(definition, in: context)
            }
        }
        if let skills = kit.toolbox.skills, !agent.skills.isEmpty {
            fixed += [SkillTool.Action.load, .read].map { SkillTool($0, names: agent.skills, folder: skills) }
        }
        if !fixed.isEmpty || !agent.tools.isEmpty { fixed.append(ReadResultTool(shelf: shelf)) }
        try checkNames(fixed.map(\.definition.name))
        return AgentTools(
            fixed,
            try agent.tools.compactMap { try kit.toolbox.source($0, in: context) },
            steps: context.steps,
            log: context.log,
            call: call
        )
    }

    private func checkNames(_ names: [String]) throws(JobFailure) {
        var seen: Set<String> = []
        guard let name = names.first(where: { !seen.insert($0).inserted }) else { return }
        throw JobFailure(
            code: "tools-ambiguous",
            message: "two tools would be called \(name); give one of them another name",
            isPermanent: true
        )
    }

    private func tools(_ files: FilesToolDefinition) -> [any Tool] {
        let actions: [FileTool.Action] = files.access == .write ? [.list, .read, .write] : [.list, .read]
        return actions.map { FileTool($0, name: files.name, folder: folder, steps: context.steps) }
    }

    private func tool(_ tool: AgentToolDefinition, under rules: [ApprovalRule]) throws(JobFailure) -> AgentTool {
        let identity = try identity(of: tool.agent)
        let definition = AgentTool.definition(tool)
        return AgentTool(definition: definition, identity: identity, folder: folder) { task, call, fingerprint in
            // What its caller comes to is not what it comes to.
            let rules = rules.filter { $0.subject != .output }
            return try await run(tool.agent, under: rules, prompt: .user(task), inside: call, after: fingerprint)
        }
    }

    /// What decides an agent's answers besides its task, so that another one is another step.
    private func identity(of agent: AgentDefinition) throws(JobFailure) -> JSONValue {
        var tools: [JSONValue] = []
        for tool in agent.tools {
            var fields: JSONObject = ["name": .string(tool.name), "effect": .string(tool.effect.rawValue)]
            if case .agent(let inner) = tool { fields["agent"] = try identity(of: inner.agent) }
            tools.append(.object(fields))
        }
        var fields: JSONObject = [
            "models": .array(
                try ([agent.model] + agent.fallbacks).map { model throws(JobFailure) in
                    .string(try context.text(model))
                }
            ), "tools": .array(tools),
            "turns": .integer(Int64(agent.limits.turns)), "skills": .array(agent.skills.map { .string($0) }),
        ]
        if let instructions = agent.instructions { fields["instructions"] = .string(try context.text(instructions)) }
        fields["output"] = agent.output?.value
        fields["temperature"] = agent.temperature.map { .number($0) }
        fields["maximum_output_tokens"] = agent.maximumOutputTokens.map { .integer(Int64($0)) }
        return .object(fields)
    }
}
