internal import JobModel

extension ApprovalTerms {
    /// The keys that say who decides.
    static let keys = ["role", "approvals", "self", "within", "otherwise"]

    /// Reads who decides, and until when.
    init(reading mapping: SourceMapping) {
        self.init()
        role = mapping["role"]?.name()
        if let approvals = mapping["approvals"]?.integer(in: 1...100) { self.approvals = approvals }
        allowsRequester = mapping["self"]?.flag() ?? false
        within = mapping["within"]?.duration()
        if let field = mapping["otherwise"] {
            otherwise = field.choice(ApprovalOtherwise.self) ?? .deny
            if mapping["within"] == nil {
                field.fault("otherwise without within: nothing ends the wait", hint: "add within, as in within: 24h")
            }
        }
    }
}

extension ApprovalRule {
    private static let keys = KnownKeys(
        ["tools", "models", "steps", "output", "when", "effect", "usd"] + ApprovalTerms.keys
    )
    private static let dollars = 0.0...1_000_000.0

    /// Reads the rules of an agent or a program; those that cannot be used are reported and left out.
    ///
    /// - Parameter tools: The names of the agent's tools; nil where more may come that only a worker knows.
    static func rules(reading field: SourceField, tools: [String]?) -> [ApprovalRule] {
        (field.elements(of: "rules", atMost: 100) ?? []).compactMap { ApprovalRule(reading: $0, tools: tools) }
    }

    private init?(reading field: SourceField, tools: [String]?) {
        guard let mapping = field.mapping(Self.keys), let subject = Self.subject(mapping, tools: tools) else {
            return nil
        }
        let roots: Set<Expression.Local> =
            switch subject {
            case .calls: [.arguments, .tool]
            case .models, .steps: [.arguments]
            case .output: [.output]
            }
        self.init(
            subject: subject,
            when: mapping["when"].flatMap { Self.condition($0, roots) },
            effect: mapping["effect"]?.choice(Effect.self),
            cost: mapping["usd"]?.number(in: Self.dollars).map {
                MicroDollars(rawValue: Int64(($0 * 1_000_000).rounded()))
            },
            terms: ApprovalTerms(reading: mapping)
        )
    }

    /// What a rule is about; nil where it says that wrongly, which is reported.
    private static func subject(_ mapping: SourceMapping, tools: [String]?) -> Subject? {
        let named = ["tools", "models", "steps", "output"].filter { mapping[$0] != nil }
        for key in named.dropFirst() {
            mapping[key]?.fault("a rule is about \(named[0]) or about \(key)", hint: "make two rules of it")
        }
        if let output = mapping["output"] {
            guard output.flag() == true else {
                if output.node.json == false { output.fault("output is true, or left out") }
                return nil
            }
            mapping["effect"]?.fault("a rule is about calls or about the output", hint: "make two rules of it")
            return .output
        }
        if let models = mapping["models"] {
            mapping["effect"]?.fault("calls of models have no effect", hint: "leave it out")
            return .models(names(models, of: "models", among: nil))
        }
        if let steps = mapping["steps"] { return .steps(names(steps, of: "steps", among: nil)) }
        return .calls(of: mapping["tools"].map { names($0, of: "tools", among: tools) })
    }

    private static func names(_ field: SourceField, of things: String, among tools: [String]?) -> [String] {
        guard let elements = field.elements(of: "names of \(things)", atMost: 128) else { return [] }
        if elements.isEmpty { field.fault("the list is empty, so the rule is about nothing") }
        return elements.compactMap { element in
            guard let pattern = element.nonEmptyText() else { return nil }
            if let tools, !tools.contains(where: { ApprovalRule.matches($0, pattern) }) {
                element.fault(
                    "no tool of the agent is named \(quoted(pattern))",
                    hint: Spelling.hint(for: pattern, among: tools)
                )
            }
            return pattern
        }
    }

    private static func condition(_ field: SourceField, _ roots: Set<Expression.Local>) -> Expression? {
        guard let text = field.word() else { return nil }
        guard !text.trimmed.hasPrefix("${{") else {
            field.fault("a condition is an expression as it is", hint: "remove ${{ and }}")
            return nil
        }
        do throws(ExpressionSyntaxError) {
            let expression = try Expression(parsing: text)
            var others: Set<Expression.Reference> = []
            for reference in expression.references {
                guard case .local(let local) = reference else {
                    others.insert(reference)
                    continue
                }
                if !roots.contains(local) {
                    let known = roots.map(\.rawValue).sorted().joined(separator: " and ")
                    field.fault("\(local.rawValue) is not known here", hint: "this rule knows \(known)")
                }
            }
            field.context.note(others, at: field.place, path: field.path)
            return expression
        } catch {
            field.fault("\(quoted(text)) is no expression: \(error)", hint: error.hint)
            return nil
        }
    }
}

extension AskToolDefinition {
    private static let keys = KnownKeys(["name", "description"] + ApprovalTerms.keys)

    /// Reads the tool; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let name = mapping["name"].map { $0.name() } ?? "ask"
        let description = mapping["description"]?.text()
        guard let name else { return nil }
        var terms = ApprovalTerms(reading: mapping)
        // Whoever asked for the run often knows best what its agent wants to know.
        if mapping["self"] == nil { terms.allowsRequester = true }
        self.init(name: name, description: description, terms: terms)
    }
}

extension ApprovalDefinition {
    private static let keys = KnownKeys(["message", "show", "form", "denied"] + ApprovalTerms.keys)

    /// Reads a gate; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let message = mapping.required("message", hint: "say what is to be approved")?.template()
        let form = mapping["form"]?.schema()
        if let form, form.value["type"] != "object" {
            mapping["form"]?.fault("the schema of a form is one of an object", hint: "write type: object")
        }
        let show = mapping["show"]?.templateValue()
        let denied = mapping["denied"]?.choice(Denial.self) ?? .fail
        let terms = ApprovalTerms(reading: mapping)
        guard let message else { return nil }
        self.init(message: message, show: show, form: form, denied: denied, terms: terms)
    }
}
