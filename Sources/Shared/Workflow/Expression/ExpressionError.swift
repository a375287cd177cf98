/// Why an expression has no value in its context.
package struct ExpressionError: Error, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Error, Equatable {
        /// There is nothing at this path; `default(…, …)` gives another value instead.
        case missing(path: String)
        /// A value has another type than is needed; the text says which.
        case mismatch(String)
        /// The evaluation took more than `ExpressionEvaluator.maximumSteps` steps.
        case tooManySteps
        /// A rendered text is longer than `ExpressionEvaluator.maximumTextLength` bytes.
        case textTooLong
        /// An array or object of the file comes to more than `TemplateValue.maximumBytes` bytes by it.
        case valueTooLarge
        /// A value cannot stand where the expression stands; the text says why.
        case unusable(String)
    }

    /// The expression as it is written.
    package let expression: String
    /// Why it has no value.
    package let reason: Reason

    package init(expression: String, reason: Reason) {
        self.expression = expression
        self.reason = reason
    }

    package var description: String {
        let what =
            switch reason {
            case .missing(let path): "\(path) is missing; default(\(path), …) gives another value instead"
            case .mismatch(let text), .unusable(let text): text
            case .tooManySteps: "it takes more than \(ExpressionEvaluator.maximumSteps) steps"
            case .valueTooLarge: "it makes the value larger than \(TemplateValue.maximumBytes) bytes"
            case .textTooLong: "the text is longer than \(ExpressionEvaluator.maximumTextLength) bytes"
            }
        return "the expression \(quoted(expression)) has no value: \(what)"
    }
}
