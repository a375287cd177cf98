package import JobModel

/// A JSON value of the file whose strings may hold expressions.
package indirect enum TemplateValue: Equatable, Sendable {
    /// A number, true, false or null.
    case constant(JSONValue)
    case text(Template)
    case array([TemplateValue])
    /// The members in the order in which they are written; keys hold no expressions.
    case object([Member])

    /// A member of an object.
    package struct Member: Equatable, Sendable {
        /// The key, without expressions.
        package let key: String
        /// The value.
        package let value: TemplateValue
    }

    /// Everything that the expressions refer to.
    package var references: Set<Expression.Reference> {
        switch self {
        case .constant: []
        case .text(let template): template.references
        case .array(let elements): elements.reduce(into: []) { $0.formUnion($1.references) }
        case .object(let members): members.reduce(into: []) { $0.formUnion($1.value.references) }
        }
    }

    /// Returns the value; a string that is nothing but one expression becomes that expression's value, of any type.
    ///
    /// - Throws: `ExpressionError` when an expression has no value.
    package func evaluate(in context: ExpressionContext) throws(ExpressionError) -> JSONValue {
        switch self {
        case .constant(let value): return value
        case .text(let template): return try template.evaluate(in: context)
        case .array(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try element.evaluate(in: context)) }
            return .array(values)
        case .object(let members):
            var object = JSONObject()
            for member in members { object[member.key] = try member.value.evaluate(in: context) }
            return .object(object)
        }
    }
}
