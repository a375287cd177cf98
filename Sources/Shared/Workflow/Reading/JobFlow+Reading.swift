internal import JobModel

extension JobFlow {
    static let keys = ["runs", "teardown", "group", "may_fail", "repeat", "map"] + WatchTerms.keys

    /// Reads how a job stands in its graph.
    init(reading mapping: SourceMapping) {
        self.init()
        if let field = mapping["runs"], let rule = field.choice(NeedsRule.self) { self.rule = rule }
        if let field = mapping["teardown"], let setup = field.name() {
            self.setup = setup
            rule = .always
            mayFail = true
            mapping["runs"]?.fault("a teardown always runs", hint: "remove runs, or teardown")
            if mapping["map"] != nil { field.fault("a teardown is not mapped", hint: "make a job of its own of it") }
        }
        if let field = mapping["may_fail"], let flag = field.flag() { mayFail = flag }
        group = mapping["group"]?.name()
        watches = WatchTerms.read(mapping)
        loop = mapping["repeat"].flatMap { LoopDefinition(reading: $0) }
        map = mapping["map"].flatMap { MapDefinition(reading: $0) }
    }
}

extension LoopDefinition {
    private static let keys = KnownKeys(["until", "at_most", "otherwise"])

    /// Reads a loop; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let until = mapping.required("until", hint: "as in until: output.done")?.condition()
        let atMost = mapping.required("at_most", hint: "a loop has a bound")?.integer(in: 1...Self.maximumRounds)
        let otherwise = mapping["otherwise"].map { $0.choice(Otherwise.self) ?? .fail } ?? .fail
        guard let until, let atMost else { return nil }
        self.init(until: until, atMost: atMost, otherwise: otherwise)
    }
}

extension MapDefinition {
    private static let keys = KnownKeys(["over", "at_once", "may_fail", "fail_fast", "fold"])

    /// Reads over what a job is mapped; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard case .mapping = field.node.content else {
            guard let over = Self.over(field) else { return nil }
            self.init(over: over, atOnce: nil, tolerated: 0, failsFast: true, fold: .collect)
            return
        }
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let over = mapping.required("over", hint: "as in over: ${{ jobs.list.output }}").flatMap(Self.over)
        let atOnce = mapping["at_once"]?.integer(in: 1...Self.maximumItems)
        let tolerated = mapping["may_fail"].map(Self.tolerated) ?? 0
        let failsFast = mapping["fail_fast"].map { $0.flag() ?? true } ?? true
        let fold = mapping["fold"].flatMap(Self.fold) ?? .collect
        guard let over else { return nil }
        self.init(over: over, atOnce: atOnce, tolerated: tolerated, failsFast: failsFast, fold: fold)
    }

    /// A word, or an expression over the outputs.
    private static func fold(_ field: SourceField) -> Fold? {
        guard let text = field.node.scalarText, text.contains("${{") else {
            switch field.node.scalarText {
            case "collect": return .collect
            case "count": return .count
            case let word:
                return field.expected(
                    "one of \(Fold.words.joined(separator: ", ")), or an expression",
                    hint: word.flatMap { Spelling.nearest(to: $0, among: Fold.words) }.map { "did you mean \($0)?" }
                        ?? "as in fold: ${{ sum(outputs) }}"
                )
            }
        }
        return field.template().map(Fold.value)
    }

    /// How many items may fail: a number, or true for any.
    private static func tolerated(_ field: SourceField) -> Int? {
        if case .bool(let any) = field.node.json { return any ? nil : 0 }
        return field.integer(in: 0...Self.maximumItems) ?? 0
    }

    /// The list: an expression, for what stands in the file need not be mapped over.
    private static func over(_ field: SourceField) -> Template? {
        guard let template = field.template() else { return nil }
        guard template.segments.count == 1, case .expression(let expression) = template.segments[0] else {
            field.fault(
                "a map goes over a list, and this is a text",
                hint: "write nothing but an expression, such as ${{ jobs.list.output }}"
            )
            return nil
        }
        if let constant = expression.constant, constant.arrayValue == nil {
            field.fault("a map goes over a list, and this is \(constant.indefinite)")
            return nil
        }
        return template
    }
}

extension SourceField {
    /// A condition: an expression without `${{ }}`.
    func condition() -> Expression? {
        guard let text = word() else { return nil }
        guard !text.trimmed.hasPrefix("${{") else {
            fault("a condition is an expression as it is", hint: "remove ${{ and }}")
            return nil
        }
        do throws(ExpressionSyntaxError) {
            let expression = try Expression(parsing: text)
            context.note(expression.references, at: place, path: path)
            return expression
        } catch {
            fault("\(quoted(text)) is no expression: \(error)", hint: error.hint)
            return nil
        }
    }

    /// The value of a key of this mapping, whatever it holds.
    func member(_ key: String) -> SourceField? {
        guard case .mapping(let entries) = node.content else { return nil }
        return entries.first { $0.key == key }.map {
            SourceField(node: $0.value, path: path.appending(key: key), context: context)
        }
    }
}

extension Expression {
    /// The value of an expression that is nothing but a literal.
    var constant: JSONValue? { if case .literal(let value) = root { value } else { nil } }
}
