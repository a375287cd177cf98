internal import JobModel

extension ServerToolsDefinition {
    /// The longest name of a tool that is read.
    private static let maximumName = 256

    /// Reads the tools of a server; nil where they cannot be used, which is reported.
    init?(reading field: SourceField, isMCP: Bool) {
        let keys = ["connection", "allow", "deny", "effect", "unknown", "timeout"] + (isMCP ? ["offer"] : [])
        guard let mapping = field.mapping(KnownKeys(keys)) else { return nil }
        let connection = mapping.required("connection")?.name()
        let allow = mapping["allow"].flatMap(Self.names)
        let deny = mapping["deny"].flatMap(Self.names) ?? []
        let offers = mapping["offer"].flatMap(Self.offers) ?? [.tools, .resources]
        let effects = mapping["effect"].map(Self.effects) ?? (all: nil, each: [:])
        let timeout = mapping["timeout"]?.duration()
        if let allow, allow.isEmpty, let field = mapping["allow"] {
            field.fault("the list is empty, so no tool is offered", hint: "leave allow out to offer all")
        }
        if let both = deny.first(where: { allow?.contains($0) ?? false }) {
            mapping["deny"]?.fault("\(quoted(both)) is allowed and denied", hint: "leave it out of one of the lists")
        }
        guard let connection else { return nil }
        self.init(
            connection: connection,
            allow: allow,
            deny: deny,
            offers: offers,
            effect: effects.all,
            effects: effects.each,
            timeout: timeout,
            unknown: mapping["unknown"]?.choice(UnknownPolicy.self) ?? .ask
        )
    }

    /// Names as a server writes them, which are not bound to the rule for ours.
    private static func names(_ field: SourceField) -> [String]? {
        field.elements(of: "names of tools")?.compactMap { element in
            guard let text = element.nonEmptyText() else { return nil }
            guard text.utf8.count <= maximumName else {
                element.fault("the name is longer than \(maximumName)")
                return nil
            }
            return text
        }
    }

    private static func offers(_ field: SourceField) -> [Offer]? {
        guard let elements = field.elements(of: "what is offered", atMost: Offer.allCases.count) else { return nil }
        if elements.isEmpty { field.fault("the list is empty, so nothing is offered") }
        return elements.compactMap { $0.choice(Offer.self) }
    }

    /// One effect for all tools, or a mapping of tools.
    private static func effects(_ field: SourceField) -> (all: Effect?, each: [String: Effect]) {
        guard case .mapping = field.node.content else { return (field.choice(Effect.self), [:]) }
        var each: [String: Effect] = [:]
        for (name, _, value) in field.entries(of: "effects") ?? [] { each[name] = value.choice(Effect.self) }
        return (nil, each)
    }
}
