internal import JobModel

extension SourceField {
    private static let mostModels = 8

    /// One model, or a list of them in the order in which they are asked.
    func models() -> [Template]? {
        guard case .sequence = node.content else { return model().map { [$0] } }
        guard let elements = elements(of: "models", atMost: Self.mostModels) else { return nil }
        guard !elements.isEmpty else {
            fault("the list is empty", hint: "write the models in the order in which they are to be asked")
            return nil
        }
        let models = elements.map { $0.model() }
        return models.contains(nil) ? nil : models.compactMap(\.self)
    }

    /// Between what a model chooses: a list of names, or a mapping of names to when they are right.
    func choices() -> [LLMDefinition.Choice] {
        var choices: [LLMDefinition.Choice] = []
        var written = 0
        if case .sequence = node.content {
            for element in elements(of: "names", atMost: 100) ?? [] {
                written += 1
                guard let name = element.name() else { continue }
                if choices.contains(where: { $0.name == name }) { element.fault("\(quoted(name)) is there twice") }
                choices.append(LLMDefinition.Choice(name: name, description: nil))
            }
        } else {
            for (name, key, value) in entries(of: "names and when they are right", atMost: 100) ?? [] {
                written += 1
                guard let name = key.check(name: name), let text = value.nonEmptyText() else { continue }
                choices.append(LLMDefinition.Choice(name: name, description: text))
            }
        }
        if written == 1 { fault("there is nothing to choose between one", hint: "write at least two") }
        if isEmptyCollection, !context.isKept {
            fault("there is nothing to choose between", hint: "write at least two")
        }
        return choices
    }

    private var isEmptyCollection: Bool {
        switch node.content {
        case .sequence(let elements): elements.isEmpty
        case .mapping(let entries): entries.isEmpty
        default: false
        }
    }
}
