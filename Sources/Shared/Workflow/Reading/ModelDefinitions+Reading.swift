internal import JobModel

/// The ranges of what is said to models.
private enum ModelRange {
    static let temperature = 0.0...2.0
    static let outputTokens = 1...1_000_000
}

extension AgentDefinition {
    private static let keys = KnownKeys(
        [
            "model", "instructions", "prompt", "images", "files", "tools", "output", "limits", "temperature",
            "max_output_tokens", "reasoning", "cache", "approve", "skills",
        ]
    )

    /// Reads an agent; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        self.init(reading: mapping, prompt: mapping.required("prompt")?.template(), depth: 0)
    }

    /// Reads what all agents have, those that are tools too.
    ///
    /// - Parameter depth: How many agents deep it stands; 0 for a job's own.
    init?(reading mapping: SourceMapping, prompt: Template?, depth: Int) {
        let models = mapping.required("model", hint: "as in model: openai/gpt-4o")?.models()
        let instructions = mapping["instructions"]?.template()
        let tools = mapping["tools"].map { ToolDefinition.tools(reading: $0, depth: depth) } ?? []
        let approve = mapping["approve"].map { Self.rules($0, tools) } ?? []
        let skills = mapping["skills"].map(Self.skills) ?? []
        let output = mapping["output"]?.schema()
        let limits = mapping["limits"].map { AgentLimits(reading: $0, ofTool: depth > 0) } ?? AgentLimits()
        let temperature = mapping["temperature"]?.number(in: ModelRange.temperature)
        let maximumOutputTokens = mapping["max_output_tokens"]?.integer(in: ModelRange.outputTokens)
        let files = FileDefinition.files(in: mapping)
        let reasoning = mapping["reasoning"]?.choice(ReasoningLevel.self)
        let keepsPrompt = mapping["cache"]?.flag()
        guard let models, let prompt else { return nil }
        self.init(
            model: models[0],
            fallbacks: Array(models.dropFirst()),
            instructions: instructions,
            prompt: prompt,
            files: files,
            tools: tools,
            approve: approve,
            output: output,
            limits: limits,
            temperature: temperature,
            maximumOutputTokens: maximumOutputTokens,
            reasoning: reasoning,
            keepsPrompt: keepsPrompt,
            skills: skills
        )
    }

    private static func rules(_ field: SourceField, _ tools: [ToolDefinition]) -> [ApprovalRule] {
        let rules = ApprovalRule.rules(reading: field, tools: ToolDefinition.names(below: tools))
        for rule in rules {
            switch rule.subject {
            case .calls, .output: break
            case .models, .steps:
                field.fault(
                    "models and steps are what programs have",
                    hint: "an agent's rules are about tools or output: true"
                )
            }
        }
        return rules
    }

    private static func skills(_ field: SourceField) -> [String] {
        (field.elements(of: "skills", atMost: 32) ?? []).compactMap { $0.name() }
    }
}

extension ToolDefinition {
    /// The names by which the tools are called; nil where one brings some that only a worker knows.
    static func names(of tools: [ToolDefinition]) -> [String]? {
        var names: [String] = []
        for tool in tools {
            switch tool {
            case .sql: names += [tool.name, "describe_\(tool.name)"]
            case .http, .command, .ask, .agent, .tool: names.append(tool.name)
            case .files: names += ["list_\(tool.name)", "read_\(tool.name)", "write_\(tool.name)"]
            case .mcp, .openapi: return nil
            }
        }
        return names
    }
}

extension ToolDefinition {
    /// The same with those of agents that are tools, however deep; a rule of the job's agent holds for all of them.
    fileprivate static func names(below tools: [ToolDefinition]) -> [String]? {
        guard var names = names(of: tools) else { return nil }
        for case .agent(let tool) in tools {
            guard let inner = self.names(below: tool.agent.tools) else { return nil }
            names += inner
        }
        return names
    }
}

extension AgentLimits {
    /// - Parameter ofTool: Whether the agent is a tool: money and requests are counted by job.
    fileprivate init(reading field: SourceField, ofTool: Bool) {
        self.init()
        let keys = KnownKeys(["turns", "tokens", "time", "repeated_calls", "repeated_cycles", "requests", "usd"])
        guard let mapping = field.mapping(keys) else { return }
        for key in ["usd", "requests"] where ofTool && !field.context.isKept {
            mapping[key]?.fault(
                "an agent that is a tool spends what its job may",
                hint: "write \(key) into the limits of the job's own agent"
            )
        }
        if let turns = mapping["turns"]?.integer(in: 1...1_000) { self.turns = turns }
        tokens = mapping["tokens"]?.integer(in: 1...1_000_000_000)
        time = mapping["time"]?.duration()
        requests = mapping["requests"]?.integer(in: 1...1_000_000)
        spending = mapping["usd"]?.dollars()
        if let calls = mapping["repeated_calls"]?.integer(in: 1...1_000) { repeatedCalls = calls }
        if let cycles = mapping["repeated_cycles"]?.integer(in: 1...1_000) { repeatedCycles = cycles }
    }
}

extension LLMDefinition {
    private static let keys = KnownKeys(
        [
            "model", "instructions", "prompt", "images", "files", "choose", "output", "limits", "temperature",
            "max_output_tokens", "reasoning", "cache", "batch",
        ]
    )

    /// Reads a model call; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let models = mapping.required("model", hint: "as in model: openai/gpt-4o")?.models()
        let instructions = mapping["instructions"]?.template()
        let prompt = mapping.required("prompt")?.template()
        let output = mapping["output"]?.schema()
        let limits = mapping["limits"]?.mapping(KnownKeys(["time", "requests", "usd"]))
        let temperature = mapping["temperature"]?.number(in: ModelRange.temperature)
        let maximumOutputTokens = mapping["max_output_tokens"]?.integer(in: ModelRange.outputTokens)
        let timeLimit = limits?["time"]?.duration()
        let requestLimit = limits?["requests"]?.integer(in: 1...1_000_000)
        let spendingLimit = limits?["usd"]?.dollars()
        let files = FileDefinition.files(in: mapping)
        let choices = mapping["choose"]?.choices() ?? []
        if mapping["choose"] != nil, let output = mapping["output"] {
            output.fault("a job that chooses has no output of another shape", hint: "remove output or choose")
        }
        let reasoning = mapping["reasoning"]?.choice(ReasoningLevel.self)
        let keepsPrompt = mapping["cache"]?.flag()
        let isBatch = mapping["batch"]?.flag() ?? false
        if isBatch, let models, models.count > 1, let field = mapping["model"] {
            field.fault("a call in a batch has one model", hint: "name one model, or remove batch")
        }
        if isBatch, timeLimit != nil, let field = limits?["time"] {
            field.fault("a batch takes as long as its provider needs, up to a day", hint: "remove time, or batch")
        }
        guard let models, let prompt else { return nil }
        self.init(
            model: models[0],
            fallbacks: Array(models.dropFirst()),
            instructions: instructions,
            prompt: prompt,
            files: files,
            choices: choices,
            output: output,
            temperature: temperature,
            maximumOutputTokens: maximumOutputTokens,
            reasoning: reasoning,
            keepsPrompt: keepsPrompt,
            isBatch: isBatch,
            timeLimit: timeLimit,
            requestLimit: requestLimit,
            spendingLimit: spendingLimit
        )
    }
}
