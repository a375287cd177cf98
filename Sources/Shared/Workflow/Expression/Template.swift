package import JobModel

/// A text of the file with expressions in it: `Analyze ${{ params.segment }}`.
package struct Template: Equatable, Sendable {
    /// A stretch of a template.
    package enum Segment: Equatable, Sendable {
        case literal(String)
        case expression(Expression)
    }

    /// The stretches in order; two literals never stand side by side, and none is empty.
    package let segments: [Segment]

    /// A text without expressions.
    package init(literal text: String) { segments = text.isEmpty ? [] : [.literal(text)] }

    /// Reads a text with any number of `${{ … }}` in it.
    package init(parsing text: String) throws(ExpressionSyntaxError) {
        let scalars = Array(text.unicodeScalars)
        let opening = Array("${{".unicodeScalars)
        var segments: [Segment] = []
        var literalStart = 0
        var at = 0
        func appendLiteral() {
            guard literalStart < at else { return }
            segments.append(.literal(String(String.UnicodeScalarView(scalars[literalStart..<at]))))
        }
        while at < scalars.count {
            guard scalars[at] == "$", scalars[at...].starts(with: opening) else {
                at += 1
                continue
            }
            appendLiteral()
            let start = at + opening.count
            var parser = try ExpressionParser(scalars, from: start)
            let root = try parser.parse()
            guard parser.end + 1 < scalars.count else {
                throw ExpressionSyntaxError(reason: "${{ is not closed", hint: "add }}", column: at + 1)
            }
            let source = String(String.UnicodeScalarView(scalars[start..<parser.end])).trimmed
            segments.append(.expression(Expression(source: source, root: root)))
            at = parser.end + 2
            literalStart = at
        }
        appendLiteral()
        self.segments = segments
    }

    /// The text, if there is no expression in it.
    package var literal: String? {
        switch (segments.count, segments.first) {
        case (0, _): ""
        case (1, .literal(let text)): text
        default: nil
        }
    }

    /// The expressions in the order in which they are written.
    package var expressions: [Expression] {
        segments.compactMap { segment in
            if case .expression(let expression) = segment { expression } else { nil }
        }
    }

    /// Everything that the expressions refer to.
    package var references: Set<Expression.Reference> {
        expressions.reduce(into: []) { $0.formUnion($1.references) }
    }

    /// Returns the value: that of the expression where the template is nothing but one, a string otherwise.
    ///
    /// - Throws: `ExpressionError` when an expression has no value.
    package func evaluate(in context: ExpressionContext) throws(ExpressionError) -> JSONValue {
        if segments.count == 1, case .expression(let expression) = segments[0] {
            return try expression.evaluate(in: context)
        }
        return .string(try text(in: context))
    }

    /// Returns the text, with each expression's value rendered: strings as they are, everything else as compact JSON.
    ///
    /// - Throws: `ExpressionError` when an expression has no value, or the text grows past 16 MiB.
    package func text(in context: ExpressionContext) throws(ExpressionError) -> String {
        try text(in: context) { value throws(ExpressionError.Reason) in value.rendered }
    }

    /// Returns the text, with each expression's value rendered by `render`.
    func text(
        in context: ExpressionContext,
        render: (JSONValue) throws(ExpressionError.Reason) -> String
    ) throws(ExpressionError) -> String {
        var text = ""
        for segment in segments {
            switch segment {
            case .literal(let literal): text += literal
            case .expression(let expression):
                let value = try expression.evaluate(in: context)
                do throws(ExpressionError.Reason) {
                    text += try render(value)
                } catch {
                    throw ExpressionError(expression: expression.source, reason: error)
                }
                guard text.utf8.count <= ExpressionEvaluator.maximumTextLength else {
                    throw ExpressionError(expression: expression.source, reason: .textTooLong)
                }
            }
        }
        return text
    }
}
