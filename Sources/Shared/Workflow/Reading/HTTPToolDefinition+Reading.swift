internal import JobModel

extension HTTPToolDefinition {
    private static let keys = KnownKeys([
        "name", "description", "connection", "url", "hosts", "methods", "effect", "unknown",
    ])

    /// Reads a tool; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let name = mapping.required("name")?.name()
        let description = mapping["description"]?.text()
        let target = Self.target(mapping)
        let named = mapping["methods"].map(Self.methods)
        let declared = mapping["effect"]?.choice(Effect.self)
        let effect = declared ?? named?.map(\.usualEffect).max { $0.severity < $1.severity } ?? .none
        let methods = named ?? HTTPMethod.allCases.filter { $0.usualEffect.severity <= effect.severity }
        guard let name, let target else { return nil }
        self.init(
            name: name,
            description: description,
            target: target,
            methods: methods,
            effect: effect,
            unknown: mapping["unknown"]?.choice(UnknownPolicy.self) ?? .ask
        )
    }

    private static func methods(_ field: SourceField) -> [HTTPMethod] {
        guard let elements = field.elements(of: "methods") else { return [] }
        if elements.isEmpty { field.fault("the list is empty, so no method is allowed") }
        return elements.compactMap { $0.choice(HTTPMethod.self) }
    }

    private static func target(_ mapping: SourceMapping) -> Target? {
        let kinds = ["connection", "url", "hosts"].filter { mapping[$0] != nil }
        guard kinds.count == 1 else {
            mapping.field.fault(
                kinds.isEmpty
                    ? "the tool does not say where requests go" : "the tool has \(kinds.joined(separator: " and "))",
                hint: "write one of connection, url, hosts"
            )
            return nil
        }
        if let connection = mapping["connection"] { return connection.name().map(Target.connection) }
        if let url = mapping["url"] { return self.url(url).map(Target.url) }
        return mapping["hosts"].flatMap(hosts).map(Target.hosts)
    }

    private static func url(_ field: SourceField) -> String? {
        guard let text = field.nonEmptyText() else { return nil }
        do throws(URLTemplateError) {
            guard try URLTemplate(Template(literal: text)).base == .absolute else {
                return field.expected("an address with a host", hint: "begin with https:// and the host")
            }
            return text
        } catch {
            field.fault(error.reason, hint: error.hint)
            return nil
        }
    }

    private static func hosts(_ field: SourceField) -> [String]? {
        guard let elements = field.elements(of: "hosts") else { return nil }
        guard !elements.isEmpty else {
            field.fault("the list is empty, so no host is allowed")
            return nil
        }
        return elements.compactMap { element in
            guard let host = element.text() else { return nil }
            let labels = host.split(separator: ".", omittingEmptySubsequences: false)
            let isHost = labels.allSatisfy { label in
                !label.isEmpty && label.unicodeScalars.allSatisfy { $0.isNameLetter && $0 != "_" }
            }
            guard isHost, host.utf8.count <= 253 else {
                return element.expected("the name of a host", hint: "as in api.example.com, without https:// and path")
            }
            return host.lowercased()
        }
    }
}

extension Effect {
    /// How much worse a repetition is.
    fileprivate var severity: Int {
        switch self {
        case .none: 0
        case .idempotent: 1
        case .once: 2
        }
    }
}
