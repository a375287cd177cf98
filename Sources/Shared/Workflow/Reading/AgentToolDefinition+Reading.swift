extension AgentToolDefinition {
    private static let keys = KnownKeys([
        "name", "description", "model", "instructions", "tools", "output", "limits", "temperature",
        "max_output_tokens", "reasoning", "cache", "skills",
    ])

    /// Reads an agent that is a tool; nil where it cannot be used, which is reported.
    ///
    /// - Parameter depth: How many agents deep it stands, counted from 1.
    init?(reading field: SourceField, depth: Int) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        guard depth <= Self.maximumDepth else {
            field.fault("agents stand more than \(Self.maximumDepth) deep in each other", hint: "give it no agents")
            return nil
        }
        let name = mapping.required("name")?.name()
        let description = mapping["description"]?.text()
        let agent = AgentDefinition(reading: mapping, prompt: Template(literal: ""), depth: depth)
        guard let name, let agent else { return nil }
        self.init(name: name, description: description, agent: agent)
    }
}

extension FilesToolDefinition {
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(KnownKeys(["name", "access"])) else { return nil }
        let name = mapping["name"].map { $0.name() } ?? "files"
        let access = mapping["access"]?.choice(SQLAccess.self) ?? .write
        guard let name else { return nil }
        self.init(name: name, access: access)
    }
}
