internal import JobModel

extension EventTriggerDefinition {
    /// What such a trigger goes by.
    static let kinds = ["asset", "any", "all", "event"]
    private static let keys = KnownKeys(kinds + ["name", "where", "gather", "max_active", "params"])
    private static let partKeys = KnownKeys(kinds)

    /// Reads a trigger that goes by events; nil where it cannot be understood, which is reported.
    ///
    /// - Parameter taken: The names of the triggers before it; its own is added.
    init?(reading field: SourceField, taken: inout Set<String>) {
        guard let mapping = field.mapping(Self.keys), let kind = Self.kind(mapping) else { return nil }
        name = mapping.triggerName(kind, taken: &taken)
        let condition = Self.condition(mapping, kind, depth: 1)
        let filter = mapping["where"]?.condition()
        let gather = mapping["gather"]?.choice(Gather.self) ?? (kind == "event" ? Gather.none : .all)
        let mostActive = mapping["max_active"]?.integer(in: 1...Self.maximumActive)
        let params = mapping["params"].map { $0.triggerParams() } ?? []
        guard let condition else { return nil }
        if condition.names.count > Self.maximumNames {
            mapping[kind]?.fault("the trigger has \(condition.names.count) names, the most is \(Self.maximumNames)")
        }
        if gather == .none, condition.isJoint {
            (mapping["gather"] ?? field).fault(
                "all needs several events together, and gather: none takes one alone",
                hint: "use gather: all or gather: partition"
            )
        }
        self.condition = condition
        self.filter = filter
        self.gather = gather
        self.mostActive = mostActive
        self.params = params
    }

    private static func kind(_ mapping: SourceMapping) -> String? {
        let given = kinds.filter { mapping[$0] != nil }
        guard given.count == 1 else {
            mapping.field.fault(
                "\(given.joined(separator: " and ")) exclude each other",
                hint: "any: [a, b] starts a run when one has news, all: [a, b] when both have"
            )
            return nil
        }
        return given[0]
    }

    private static func condition(_ mapping: SourceMapping, _ kind: String, depth: Int) -> EventCondition? {
        guard let field = mapping[kind] else { return nil }
        switch kind {
        case "asset": return asset(field)
        case "event":
            guard let name = field.nonEmptyText() else { return nil }
            guard NewEvent.isName(name) else {
                field.fault(
                    "\(quoted(name)) is no name of an event",
                    hint: "use 1 to \(NewEvent.maximumNameBytes) letters, digits, _ - . / or :"
                )
                return nil
            }
            return .event(name)
        default:
            guard let parts = parts(field, depth: depth) else { return nil }
            return kind == "any" ? .any(parts) : .all(parts)
        }
    }

    private static func asset(_ field: SourceField) -> EventCondition? {
        guard let name = field.nonEmptyText() else { return nil }
        guard AssetName.isName(name) else {
            field.fault("\(quoted(name)) is no name of an asset", hint: AssetName.rule)
            return nil
        }
        return .event(AssetName.event(of: name))
    }

    private static func parts(_ field: SourceField, depth: Int) -> [EventCondition]? {
        guard let elements = field.elements(of: "assets", atMost: maximumNames) else { return nil }
        guard !elements.isEmpty else {
            field.fault("the list is empty, so the trigger never starts anything")
            return nil
        }
        guard depth < maximumNesting else {
            field.fault("conditions are nested at most \(maximumNesting - 1) deep")
            return nil
        }
        let parts = elements.map { element -> EventCondition? in
            guard case .mapping = element.node.content else { return asset(element) }
            guard let mapping = element.mapping(partKeys), let kind = kind(mapping) else { return nil }
            return condition(mapping, kind, depth: depth + 1)
        }
        return parts.contains { $0 == nil } ? nil : parts.compactMap(\.self)
    }
}

extension SourceMapping {
    /// The name of a trigger: the one given, or one made of what it goes by.
    func triggerName(_ kind: String, taken: inout Set<String>) -> String {
        var name = kind
        if let given = self["name"] {
            name = given.name() ?? kind
            if taken.contains(name) { given.fault("another trigger is called \(quoted(name)) already") }
        } else {
            var number = 2
            while taken.contains(name) {
                name = "\(kind)-\(number)"
                number += 1
            }
        }
        taken.insert(name)
        return name
    }
}

extension SourceField {
    /// The params of the runs of a trigger.
    func triggerParams() -> [TemplateValue.Member] {
        guard case .object(let members)? = templateValue() else {
            if case .mapping = node.content { return [] }
            return expected("a mapping of params") ?? []
        }
        return members
    }
}
