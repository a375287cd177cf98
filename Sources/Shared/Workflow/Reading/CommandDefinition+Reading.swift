internal import JobModel

extension CommandDefinition {
    private static let keys = KnownKeys(
        ["run", "env", "cwd", "input", "output", "limits", "connections", "steps", "tools", "approve", "network"]
    )
    private static let limitKeys = KnownKeys(
        ProgramLimitsDefinition.keys + ["requests", "repeated_calls", "repeated_cycles"]
    )

    /// Reads a command, also in its short form of a list; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        if case .sequence = field.node.content {
            guard let run = field.arguments() else { return nil }
            self.init(
                run: run,
                environment: [],
                workingDirectory: nil,
                output: nil,
                connections: [],
                hasSteps: false
            )
            return
        }
        guard case .mapping = field.node.content else {
            let hint = "no shell is started, write the program and its arguments, as in [python3, report.py]"
            let _: Never? = field.expected("a list or a mapping", hint: hint)
            return nil
        }
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let run = mapping.required("run", hint: "as in run: [python3, report.py]")?.arguments()
        let environment = mapping["env"].map(Self.environment) ?? []
        let workingDirectory = mapping["cwd"]?.template()
        let output = mapping["output"]?.choice(OutputFormat.self)
        let limits = mapping["limits"]?.mapping(Self.limitKeys)
        let connections = mapping["connections"].map(Self.connections) ?? []
        let hasSteps = mapping["steps"]?.flag() ?? false
        guard let run else { return nil }
        self.init(
            run: run,
            environment: environment,
            workingDirectory: workingDirectory,
            output: output,
            limits: limits.map(ProgramLimitsDefinition.init(reading:)) ?? ProgramLimitsDefinition(),
            connections: connections,
            hasSteps: hasSteps
        )
        input = mapping["input"]?.templateValue()
        if let calls = limits?["repeated_calls"]?.integer(in: 1...1_000) { loops.repeatedCalls = calls }
        if let cycles = limits?["repeated_cycles"]?.integer(in: 1...1_000) { loops.repeatedCycles = cycles }
        requestLimit = limits?["requests"]?.integer(in: 1...1_000_000)
        tools = mapping["tools"].map(Self.tools) ?? []
        if let field = mapping["approve"] {
            approve = ApprovalRule.rules(reading: field, tools: ToolDefinition.names(of: tools))
            checkRules(field)
        }
        if let network = mapping["network"] {
            isIsolated = network.choice(Network.self) != nil
            if !hasOwnSteps {
                network.fault(
                    "there is nothing that the program could reach",
                    hint: "add connections, tools or steps: true"
                )
            }
        }
    }

    /// What a program may reach; without a word, whatever its host does.
    private enum Network: String, CaseIterable { case gateway }

    /// The tools that a program may call; those that only an agent can have are reported.
    private static func tools(_ field: SourceField) -> [ToolDefinition] {
        let tools = ToolDefinition.tools(reading: field)
        for tool in tools {
            switch tool {
            case .sql, .http, .command, .mcp, .openapi: break
            case .files, .agent, .ask, .tool:
                field.fault(
                    "the tool \(tool.name) is one for agents",
                    hint: "a program has sql, http, command, mcp, openapi"
                )
            }
        }
        return tools
    }

    /// Reports rules about what the program does not have.
    private func checkRules(_ field: SourceField) {
        for rule in approve {
            switch rule.subject {
            case .calls:
                guard tools.isEmpty else { continue }
                field.fault(
                    "there are no tools whose calls people could approve",
                    hint: "add tools, or write which models or steps the rule is about"
                )
            case .output:
                field.fault("the output of a program is not approved", hint: "add a job of the kind approval behind it")
            case .models(let names): checkModels(names, field)
            case .steps:
                guard !usesGateway else { continue }
                field.fault("there are no steps that people could approve", hint: "add steps: true")
            }
        }
    }

    private func checkModels(_ names: [String], _ field: SourceField) {
        for name in names {
            let connection = name.prefix { $0 != "/" }
            guard !connection.contains("*"), !connections.contains(String(connection)) else { continue }
            field.fault(
                "the program has no connection \(quoted(String(connection))) whose models people could approve",
                hint: Spelling.hint(for: String(connection), among: connections)
                    ?? "write connection/model, in which * stands for any letters"
            )
        }
    }

    private static func connections(_ field: SourceField) -> [String] {
        var names: [String] = []
        for element in field.elements(of: "connections", atMost: 50) ?? [] {
            guard let name = element.name() else { continue }
            if names.contains(name) {
                element.fault("the connection \(quoted(name)) is named twice")
            } else {
                names.append(name)
            }
        }
        return names
    }

    private static func environment(_ field: SourceField) -> [Variable] {
        (field.entries(of: "variables") ?? []).compactMap { name, key, value in
            guard isVariableName(name) else {
                key.fault("\(quoted(name)) is no name of a variable", hint: "use letters, digits and _")
                return nil
            }
            return value.wordTemplate().map { Variable(name: name, value: $0) }
        }
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return name.unicodeScalars.allSatisfy { $0.isNameLetter && $0 != "-" }
    }
}
