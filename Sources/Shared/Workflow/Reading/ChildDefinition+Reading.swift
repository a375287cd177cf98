internal import JobModel

extension ChildDefinition {
    private static let keys = KnownKeys(["name", "version", "params"])

    /// Reads what run a job starts; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard case .mapping = field.node.content else {
            guard let name = field.name() else { return nil }
            self.init(workflow: name, version: nil, params: nil)
            return
        }
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let name = mapping.required("name", hint: "the name of the workflow to run")?.name()
        let version = mapping["version"]?.integer(in: 1...1_000_000_000)
        var params: TemplateValue?
        if let given = mapping["params"] {
            if case .mapping = given.node.content {
                params = given.templateValue()
            } else {
                let _: JSONValue? = given.expected("a mapping of params")
            }
        }
        guard let name else { return nil }
        self.init(workflow: name, version: version, params: params)
    }
}
