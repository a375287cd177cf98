package import JobModel

/// A statement whose expressions are bound as parameters, never spliced into its text.
package struct SQLQuery: Equatable, Sendable {
    /// The statement with `$1`, `$2`, … where the expressions stood.
    package let text: String
    /// The expressions, in the order of their numbers.
    package let parameters: [Expression]

    /// Turns the expressions of a template into parameters.
    ///
    /// - Throws: `SQLQueryError` when an expression stands in quotes or in a comment, where it could not be bound, or
    ///   touches a name or a number; when the text holds a `$1` of its own; and when a quote is not closed.
    package init(_ template: Template) throws(SQLQueryError) {
        var scanner = SQLScanner()
        var text = ""
        var parameters: [Expression] = []
        for segment in template.segments {
            switch segment {
            case .literal(let literal):
                try scanner.scan(literal)
                text += literal
            case .expression(let expression):
                try scanner.bind(expression)
                parameters.append(expression)
                text += "$\(parameters.count)"
            }
        }
        try scanner.finish()
        self.text = text
        self.parameters = parameters
    }

    /// Returns the values to bind, in the order of their numbers.
    ///
    /// - Throws: `ExpressionError` when an expression has no value.
    package func values(in context: ExpressionContext) throws(ExpressionError) -> [JSONValue] {
        var values: [JSONValue] = []
        for parameter in parameters { values.append(try parameter.evaluate(in: context)) }
        return values
    }
}

/// Why expressions cannot be bound in a statement.
package struct SQLQueryError: Error, Equatable, CustomStringConvertible {
    /// What was wrong, in lower case.
    package let reason: String
    /// What to write instead.
    package let hint: String?

    package var description: String { reason + (hint.map { "; " + $0 } ?? "") }
}
