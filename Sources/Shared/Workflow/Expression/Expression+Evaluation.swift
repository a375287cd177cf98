internal import Glibc
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
                expression: source, reason: .mismatch("a condition is true or false, found \(value.indefinite)"))
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
        case .run(let field): "run.\(field.rawValue)"
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
    var indefinite: String {
        switch self {
        case .null: "null"
        case .integer, .array, .object: "an \(typeName)"
        case .bool, .number, .string: "a \(typeName)"
        }
    }

    /// The value as a step of a path, for messages.
    var shownAsStep: String {
        guard case .string(let key) = self else { return "[\(text())]" }
        let isName = key.unicodeScalars.allSatisfy(\.isNameLetter) && key.unicodeScalars.first?.properties.isAlphabetic == true
        return isName ? ".\(key)" : "[\(quoted(key))]"
    }
}

extension String {
    /// Whether the UTF-8 of `part` occurs in this text's.
    func containsBytes(of part: String) -> Bool {
        let (text, part) = (Array(utf8), Array(part.utf8))
        return text.withUnsafeBytes { text in
            part.withUnsafeBytes { part in
                // memmem takes no null pointers, which is what empty arrays may give.
                guard let needle = part.baseAddress, part.count > 0 else { return true }
                guard let hay = text.baseAddress, text.count > 0 else { return false }
                return memmem(hay, text.count, needle, part.count) != nil
            }
        }
    }
}
