internal import JobModel

extension SourceField {
    /// A string that may hold expressions.
    func template() -> Template? {
        guard let text = nonEmptyText() else { return nil }
        return template(of: text)
    }

    /// A scalar as it is written, which may hold expressions; `8080` and `true` need no quotes.
    func wordTemplate() -> Template? { word().flatMap(template) }

    /// A list of program and arguments.
    func arguments() -> [Template]? {
        guard let elements = elements(of: "the program and its arguments") else { return nil }
        guard let program = elements.first else {
            fault("the list is empty", hint: "write the program and its arguments, as in [python3, report.py]")
            return nil
        }
        if program.node.scalarText?.isEmpty == true { program.fault("the program is empty") }
        return elements.compactMap { $0.wordTemplate() }
    }

    /// JSON whose strings may hold expressions.
    func templateValue() -> TemplateValue? {
        switch node.content {
        case .sequence:
            return elements(of: "values", atMost: 10_000).map { .array($0.compactMap { $0.templateValue() }) }
        case .mapping:
            return entries(of: "values", atMost: 10_000).map { entries in
                .object(
                    entries.compactMap { name, _, value in
                        value.templateValue().map { TemplateValue.Member(key: name, value: $0) }
                    }
                )
            }
        case .plain, .quoted:
            guard case .string(let text) = node.json else { return .constant(node.json) }
            return template(of: text).map(TemplateValue.text)
        case .refused: return nil
        }
    }

    private func template(of text: String) -> Template? {
        do throws(ExpressionSyntaxError) {
            let template = try Template(parsing: text)
            context.note(template.references, at: place, path: path)
            return template
        } catch {
            fault("not a valid expression: \(error)", hint: error.hint)
            return nil
        }
    }

    /// `connection/model`; the form is checked as far as it is written out.
    func model() -> Template? {
        guard let template = template() else { return nil }
        guard let text = template.literal else { return template }
        guard let slash = text.firstIndex(of: "/"), text.index(after: slash) < text.endIndex,
            Naming.fault(of: String(text[..<slash])) == nil, !text.contains(where: \.isWhitespace)
        else { return expected("connection/model", hint: "as in openai/gpt-4o") }
        return template
    }

    /// A JSON Schema.
    func schema() -> JSONSchema? {
        guard case .mapping = node.content else { return expected("a JSON Schema") }
        do throws(JSONSchemaError) {
            return try JSONSchema(node.json)
        } catch {
            let (place, path) = self.place(of: error.path)
            context.faults.add("not a valid JSON Schema: \(error.reason)", at: place, path: path.description)
            return nil
        }
    }

    /// Where a part of this field's value is written.
    private func place(of pointer: JSONPointer) -> (SourcePlace, SourcePath) {
        var (node, path) = (node, path)
        for token in pointer.tokens {
            switch node.content {
            case .mapping(let entries):
                guard let entry = entries.first(where: { $0.key == token }) else { return (node.place, path) }
                node = entry.value
                path = path.appending(key: token)
            case .sequence(let nodes):
                guard let index = Int(token), nodes.indices.contains(index) else { return (node.place, path) }
                node = nodes[index]
                path = path.appending(index: index)
            case .plain, .quoted, .refused: return (node.place, path)
            }
        }
        return (node.place, path)
    }
}
