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
    /// - Throws: `ExpressionError` when an expression has no value, or makes an array or object larger than 64 MiB.
    package func evaluate(in context: ExpressionContext) throws(ExpressionError) -> JSONValue {
        var room = Self.maximumBytes
        return try evaluate(in: context, &room)
    }

    /// The most bytes that the expressions of an array or object may come to.
    static let maximumBytes = 64 << 20

    /// - Parameter room: How many bytes expressions may still come to.
    private func evaluate(in context: ExpressionContext, _ room: inout Int) throws(ExpressionError) -> JSONValue {
        switch self {
        case .constant(let value): return value
        case .text(let template): return try template.evaluate(in: context)
        case .array(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try element.evaluated(in: context, &room)) }
            return .array(values)
        case .object(let members):
            var object = JSONObject()
            for member in members { object[member.key] = try member.value.evaluated(in: context, &room) }
            return .object(object)
        }
    }

    /// The value as a part of another one: what an expression gives may stand in it again and again.
    private func evaluated(in context: ExpressionContext, _ room: inout Int) throws(ExpressionError) -> JSONValue {
        let value = try evaluate(in: context, &room)
        guard case .text(let template) = self, let expression = template.expressions.first else { return value }
        room -= value.leastBytes
        guard room >= 0 else { throw ExpressionError(expression: expression.source, reason: .valueTooLarge) }
        return value
    }
}

extension JSONValue {
    /// The bytes of its keys and strings, and one for each value: no more than it has when it is written.
    fileprivate var leastBytes: Int {
        switch self {
        case .null, .bool, .integer, .number: 1
        case .string(let text): 1 + text.utf8.count
        case .array(let elements): elements.reduce(1) { $0 + $1.leastBytes }
        case .object(let object): object.reduce(1) { $0 + $1.key.utf8.count + $1.value.leastBytes }
        }
    }
}
