internal import JobModel

extension HandlerDefinition {
    private static let keys = KnownKeys(["name", "input"])

    /// Reads which code a job is, by its name or with its input; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard case .mapping = field.node.content else {
            guard let name = field.name() else { return nil }
            self.init(name: name, input: nil)
            return
        }
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let name = mapping.required("name", hint: "the name under which a worker knows the handler")?.name()
        let input = mapping["input"]?.templateValue()
        guard let name else { return nil }
        self.init(name: name, input: input)
    }
}

extension CodeToolDefinition {
    private static let keys = KnownKeys(["name", "unknown"])

    /// Reads which code a tool is, by its name or as a mapping; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard case .mapping = field.node.content else {
            guard let name = field.name() else { return nil }
            self.init(name: name, unknown: .ask)
            return
        }
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let name = mapping.required("name", hint: "the name under which a worker knows the tool")?.name()
        let unknown = mapping["unknown"]?.choice(UnknownPolicy.self) ?? .ask
        guard let name else { return nil }
        self.init(name: name, unknown: unknown)
    }
}
