package import JobModel

extension Expression {
    /// Returns the value of the expression.
    ///
    /// - Throws: `ExpressionError` when something is missing or has the wrong type.
    package func evaluate(in context: ExpressionContext) throws(ExpressionError) -> JSONValue {
        var evaluator = ExpressionEvaluator(self, in: context)
        return try evaluator.value()
    }

    /// Returns the value of a condition.
    ///
    /// - Throws: `ExpressionError` also when the value is neither true nor false.
    package func isTrue(in context: ExpressionContext) throws(ExpressionError) -> Bool {
        let value = try evaluate(in: context)
        guard case .bool(let truth) = value else {
            throw ExpressionError(
                expression: source,
                reason: .mismatch("a condition is true or false, found \(value.indefinite)")
            )
        }
        return truth
    }
}

extension Expression.Reference: CustomStringConvertible {
    /// The reference as it is written.
    package var description: String {
        switch self {
        case .param(let name): "params.\(name)"
        case .output(let job): "jobs.\(job).output"
        case .state(let job): "jobs.\(job).state"
        case .run(let field): "run.\(field.rawValue)"
        case .local(.previous): "previous.output"
        case .local(let local): local.rawValue
        case .trigger(let field): "trigger.\(field.rawValue)"
        }
    }
}

extension Expression.Node {
    /// The beginning of a path, for messages.
    var shown: String {
        switch self {
        case .reference(let reference): reference.description
        case .literal, .path, .not, .all, .any, .comparison, .call: "(…)"
        }
    }
}

extension JSONValue {
    /// The value inside a longer text: strings as they are, everything else as compact JSON.
    package var rendered: String { stringValue ?? text() }

    /// The type with its article, for messages.
    package var indefinite: String {
        switch self {
        case .null: "null"
        case .integer, .array, .object: "an \(typeName)"
        case .bool, .number, .string: "a \(typeName)"
        }
    }

    /// The value as a step of a path, for messages.
    var shownAsStep: String {
        guard case .string(let key) = self else { return "[\(text())]" }
        let isName =
            key.unicodeScalars.allSatisfy(\.isNameLetter) && key.unicodeScalars.first?.properties.isAlphabetic == true
        return isName ? ".\(key)" : "[\(quoted(key))]"
    }
}

extension String {
    /// Whether the UTF-8 of `part` occurs in this text's, in time proportional to both (Knuth, Morris, Pratt).
    func containsBytes(of part: String) -> Bool {
        let part = Array(part.utf8)
        guard !part.isEmpty else { return true }
        var borders = [0]
        for byte in part.dropFirst() { borders.append(Self.matched(borders[borders.count - 1], byte, part, borders)) }
        var matched = 0
        for byte in utf8 {
            matched = Self.matched(matched, byte, part, borders)
            if matched == part.count { return true }
        }
        return false
    }

    /// How many bytes of `part` are matched once `byte` follows upon `count` of them.
    private static func matched(_ count: Int, _ byte: UInt8, _ part: [UInt8], _ borders: [Int]) -> Int {
        var count = count
        while count > 0, part[count] != byte { count = borders[count - 1] }
        return part[count] == byte ? count + 1 : 0
    }
}
