internal import JobModel

extension ParamDefinition {
    private static let keys = KnownKeys(["type", "default", "enum", "description", "required"])

    /// Reads a param; what is wrong is reported, and left out.
    init(reading field: SourceField, name: String) {
        let mapping = field.mapping(Self.keys)
        let type = mapping?["type"].map { $0.choice(Kind.self) ?? .string } ?? .string
        self.name = name
        self.type = type
        description = mapping?["description"]?.text()
        choices = mapping?["enum"]?.elements(of: "values").map { Self.choices($0, type) } ?? []
        `default` = mapping?["default"].flatMap { [choices] in Self.value($0, type, choices) }
        isRequired = mapping?["required"]?.flag() ?? (mapping?["default"] == nil)
        if let required = mapping?["required"], mapping?["default"] != nil, isRequired {
            required.fault("a param with a default is never missing", hint: "remove required or default")
        }
        if let list = mapping?["enum"], case .sequence(let nodes) = list.node.content, nodes.isEmpty {
            list.fault("the list is empty, so no value is allowed")
        }
    }

    private static func choices(_ fields: [SourceField], _ type: Kind) -> [JSONValue] {
        fields.compactMap { value($0, type, []) }
    }

    private static func value(_ field: SourceField, _ type: Kind, _ choices: [JSONValue]) -> JSONValue? {
        let value = field.node.json
        guard type.accepts(value) else {
            let isText = type == .string && field.node.scalarText != nil && !value.isNull
            return field.expected(type.indefinite, hint: isText ? "put it in quotes" : nil)
        }
        guard choices.isEmpty || choices.contains(value) else {
            field.fault("the default \(quoted(value.rendered)) is not in enum")
            return nil
        }
        // As a value that is given: 3.0 is the integer 3.
        guard type == .integer, let integer = value.integerValue else { return value }
        return .integer(integer)
    }
}
