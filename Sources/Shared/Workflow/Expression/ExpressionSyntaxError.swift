/// Why a text is no expression, and where.
package struct ExpressionSyntaxError: Error, Equatable, CustomStringConvertible {
    /// What was wrong, in lower case.
    package let reason: String
    /// What to write instead, if that is known.
    package let hint: String?
    /// The character at which it was noticed, in Unicode scalars of the whole text, counted from 1.
    package let column: Int

    package var description: String { "\(reason) at character \(column)" }
}
