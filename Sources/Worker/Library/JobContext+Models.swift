internal import JobModel
internal import Worker

/// Models and agents of a handler.
extension JobContext {
    /// Asks a model once.
    ///
    /// The call has an intent and a reservation in every budget it counts in, as an `llm` job has; the answer is recorded,
    /// and is not paid for again.
    ///
    /// - Parameters:
    ///   - model: As `connection/model`, such as `openai/gpt-4o`.
    ///   - prompt: What it is asked.
    ///   - instructions: What it is told about its part, before the prompt.
    ///   - options: How it answers.
    ///   - name: As of a step.
    /// - Returns: The text of the answer.
    /// - Throws: ``JobError``, with the codes that docs/errors.md lists for models and budgets.
    public func model(
        _ model: String,
        prompt: String,
        instructions: String? = nil,
        options: ModelOptions = ModelOptions(),
        name: String = "model"
    ) async throws -> String {
        let fields = options.fields(model: model)
        let answer = try await JobError.facing {
            try await code.model(name, fields, prompt: prompt, instructions: instructions)
        }
        return answer.stringValue ?? answer.text()
    }

    /// Asks a model once for a value of a type.
    ///
    /// As ``model(_:prompt:instructions:options:name:)``; the model is given the schema, and an answer that does not fit is
    /// sent back to it a few times.
    ///
    /// - Parameters:
    ///   - model: As `connection/model`, such as `openai/gpt-4o`.
    ///   - prompt: What it is asked.
    ///   - instructions: What it is told about its part, before the prompt.
    ///   - type: What it answers with.
    ///   - schema: The schema of the answer; by default derived from the type, see ``Schema/init(of:)``.
    ///   - options: How it answers.
    ///   - name: As of a step.
    /// - Throws: ``JobError``, with the codes that docs/errors.md lists for models and budgets; ``SchemaError`` where the
    ///   schema cannot be derived.
    public func model<Output: Decodable>(
        _ model: String,
        prompt: String,
        instructions: String? = nil,
        returning type: Output.Type = Output.self,
        schema: Schema? = nil,
        options: ModelOptions = ModelOptions(),
        name: String = "model"
    ) async throws -> Output {
        var fields = options.fields(model: model)
        fields["output"] = try (schema ?? Schema(of: type)).json
        let request = fields
        let answer = try await JobError.facing {
            try await code.model(name, request, prompt: prompt, instructions: instructions)
        }
        return try Coding.value(type, from: answer, of: "answer \(name)")
    }

    /// Runs an agent: a model that works with tools until it has an answer.
    ///
    /// Its turns and calls are steps of the job, as those of an `agent` job are: recorded, under budgets, and subject to
    /// approval.
    ///
    /// - Parameters:
    ///   - model: As `connection/model`, such as `openai/gpt-4o`.
    ///   - prompt: Its task.
    ///   - instructions: What it is told about its part, before the prompt.
    ///   - tools: What it may call.
    ///   - approve: When people are asked before a call is made; the first rule that fits counts.
    ///   - limits: Where it is stopped.
    ///   - options: How the model answers.
    ///   - name: As of a step.
    /// - Returns: The text of its answer.
    /// - Throws: ``JobError``, with the codes that docs/errors.md lists for agents, models and budgets.
    public func agent(
        _ model: String,
        prompt: String,
        instructions: String? = nil,
        tools: [AgentTool] = [],
        approve: [ApprovalRule] = [],
        limits: AgentLimits = AgentLimits(),
        options: ModelOptions = ModelOptions(),
        name: String = "agent"
    ) async throws -> String {
        let fields = try Self.fields(model, tools, approve, limits, options)
        let answer = try await JobError.facing {
            try await code.agent(name, fields, prompt: prompt, instructions: instructions)
        }
        return answer.stringValue ?? answer.text()
    }

    /// Runs an agent that answers with a value of a type.
    ///
    /// As ``agent(_:prompt:instructions:tools:approve:limits:options:name:)``; the model is given the schema.
    ///
    /// - Parameters:
    ///   - model: As `connection/model`, such as `openai/gpt-4o`.
    ///   - prompt: Its task.
    ///   - instructions: What it is told about its part, before the prompt.
    ///   - tools: What it may call.
    ///   - approve: When people are asked before a call is made; the first rule that fits counts.
    ///   - limits: Where it is stopped.
    ///   - type: What it answers with.
    ///   - schema: The schema of the answer; by default derived from the type, see ``Schema/init(of:)``.
    ///   - options: How the model answers.
    ///   - name: As of a step.
    /// - Throws: ``JobError``, with the codes that docs/errors.md lists for agents, models and budgets; ``SchemaError``
    ///   where the schema cannot be derived.
    public func agent<Output: Decodable>(
        _ model: String,
        prompt: String,
        instructions: String? = nil,
        tools: [AgentTool] = [],
        approve: [ApprovalRule] = [],
        limits: AgentLimits = AgentLimits(),
        returning type: Output.Type = Output.self,
        schema: Schema? = nil,
        options: ModelOptions = ModelOptions(),
        name: String = "agent"
    ) async throws -> Output {
        var fields = try Self.fields(model, tools, approve, limits, options)
        fields["output"] = try (schema ?? Schema(of: type)).json
        let request = fields
        let answer = try await JobError.facing {
            try await code.agent(name, request, prompt: prompt, instructions: instructions)
        }
        return try Coding.value(type, from: answer, of: "answer \(name)")
    }

    private static func fields(
        _ model: String,
        _ tools: [AgentTool],
        _ approve: [ApprovalRule],
        _ limits: AgentLimits,
        _ options: ModelOptions
    ) throws -> JSONObject {
        var fields = options.fields(model: model)
        fields["limits"] = .object(limits.fields)
        if !tools.isEmpty { fields["tools"] = .array(try tools.map { try $0.json() }) }
        if !approve.isEmpty { fields["approve"] = .array(approve.map(\.json)) }
        return fields
    }
}
