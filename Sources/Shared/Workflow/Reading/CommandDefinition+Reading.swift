internal import JobModel

extension CommandDefinition {
    private static let keys = KnownKeys(["run", "env", "cwd", "output", "limits", "connections", "steps"])

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
        let limits = mapping["limits"].map(ProgramLimitsDefinition.init(reading:)) ?? ProgramLimitsDefinition()
        let connections = mapping["connections"].map(Self.connections) ?? []
        let hasSteps = mapping["steps"]?.flag() ?? false
        guard let run else { return nil }
        self.init(
            run: run,
            environment: environment,
            workingDirectory: workingDirectory,
            output: output,
            limits: limits,
            connections: connections,
            hasSteps: hasSteps
        )
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
