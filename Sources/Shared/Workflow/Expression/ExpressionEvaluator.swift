internal import JobModel

/// Computes the value of one expression.
struct ExpressionEvaluator {
    /// The most steps an evaluation may take; each part counts one, and so does each element that is looked through.
    static let maximumSteps = 100_000
    /// The longest text that expressions may be rendered to, in bytes.
    static let maximumTextLength = 16 << 20

    private let expression: Expression
    private let context: ExpressionContext
    private var steps = 0

    init(_ expression: Expression, in context: ExpressionContext) {
        self.expression = expression
        self.context = context
    }

    mutating func value() throws(ExpressionError) -> JSONValue { try value(of: expression.root) }

    private func fault(_ reason: ExpressionError.Reason) -> ExpressionError {
        ExpressionError(expression: expression.source, reason: reason)
    }

    private mutating func count(_ taken: Int = 1) throws(ExpressionError) {
        steps += taken
        guard steps <= Self.maximumSteps else { throw fault(.tooManySteps) }
    }

    private mutating func value(of node: Expression.Node) throws(ExpressionError) -> JSONValue {
        try count()
        switch node {
        case .literal(let value): return value
        case .reference(let reference): return try value(of: reference)
        case .path(let base, let path): return try value(of: base, at: path)
        case .not(let operand): return .bool(!(try truth(of: operand, for: "!")))
        case .all(let operands):
            for operand in operands where !(try truth(of: operand, for: "&&")) { return false }
            return true
        case .any(let operands):
            for operand in operands where try truth(of: operand, for: "||") { return true }
            return false
        case .comparison(let comparison, let left, let right):
            return .bool(try compare(try value(of: left), comparison, try value(of: right)))
        case .call(let function, let arguments): return try call(function, arguments)
        }
    }

    private func value(of reference: Expression.Reference) throws(ExpressionError) -> JSONValue {
        let value: JSONValue? =
            switch reference {
            case .param(let name): context.params[name]
            case .output(let job): context.outputs[job]
            case .state(let job): context.states[job].map { .string($0.rawValue) }
            case .run(let field): context.run[field.rawValue]
            case .local(let local): context.locals[local]
            case .trigger(let field): context.trigger[field.rawValue]
            }
        guard let value else { throw fault(.missing(path: reference.description)) }
        return value
    }

    private mutating func truth(
        of node: Expression.Node,
        for operation: String
    ) throws(ExpressionError) -> Bool {
        let value = try value(of: node)
        guard case .bool(let truth) = value else {
            throw fault(.mismatch("\(operation) needs true or false, found \(value.indefinite)"))
        }
        return truth
    }

    private func compare(
        _ left: JSONValue,
        _ comparison: Expression.Comparison,
        _ right: JSONValue
    ) throws(ExpressionError) -> Bool {
        switch comparison {
        case .equal: left == right
        case .unequal: left != right
        case .less: try isLess(left, right, comparison)
        case .greater: try isLess(right, left, comparison)
        case .lessOrEqual: !(try isLess(right, left, comparison))
        case .greaterOrEqual: !(try isLess(left, right, comparison))
        }
    }

    private func isLess(
        _ left: JSONValue,
        _ right: JSONValue,
        _ comparison: Expression.Comparison
    ) throws(ExpressionError) -> Bool {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): return a < b
        case (.string(let a), .string(let b)): return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
        default:
            guard let a = left.doubleValue, let b = right.doubleValue else {
                throw fault(
                    .mismatch(
                        "\(comparison.rawValue) compares two numbers or two strings, found \(left.indefinite) and "
                            + right.indefinite
                    )
                )
            }
            return a < b
        }
    }

    // MARK: Paths

    private mutating func value(
        of base: Expression.Node,
        at path: [Expression.Step]
    ) throws(ExpressionError) -> JSONValue {
        var value = try value(of: base)
        var walked = base.shown
        for step in path {
            try count()
            let key: JSONValue =
                switch step {
                case .key(let key): .string(key)
                case .index(let node): try self.value(of: node)
                }
            walked += key.shownAsStep
            switch (value, key) {
            case (.object(let object), .string(let key)):
                guard let member = object[key] else { throw fault(.missing(path: walked)) }
                value = member
            case (.array(let elements), .integer(let index)):
                guard index >= 0, index < elements.count else { throw fault(.missing(path: walked)) }
                value = elements[Int(index)]
            case (.null, .string), (.null, .integer): throw fault(.missing(path: walked))
            default:
                throw fault(
                    .mismatch("\(walked) looks into \(value.indefinite) with \(key.indefinite)")
                )
            }
        }
        return value
    }

    // MARK: Functions

    private mutating func call(
        _ function: Expression.Function,
        _ arguments: [Expression.Node]
    ) throws(ExpressionError) -> JSONValue {
        if function == .default { return try valueOrDefault(arguments[0], arguments[1]) }
        var values: [JSONValue] = []
        for argument in arguments { values.append(try value(of: argument)) }
        switch (function, values[0], values.dropFirst().first) {
        case (.json, let value, _): return .string(try bounded(value.text()))
        case (.length, let value, _): return try length(of: value)
        case (.lower, .string(let text), _): return .string(text.lowercased())
        case (.upper, .string(let text), _): return .string(text.uppercased())
        case (.contains, let value, let part?): return .bool(try contains(value, part))
        case (.startsWith, .string(let text), .string(let part)?):
            return .bool(text.utf8.starts(with: part.utf8))
        case (.endsWith, .string(let text), .string(let part)?):
            return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        case (.join, .array(let elements), .string(let separator)?):
            return .string(try join(elements, separator))
        case (.pluck, .array(let elements), .string(let key)?):
            return .array(elements.compactMap { element in element[key].flatMap { $0.isNull ? nil : $0 } })
        case (.sum, .array(let elements), _): return try sum(elements)
        case (.min, .array(let elements), _):
            return try least(elements) { value, other throws(ExpressionError) in
                try compare(value, .less, other)
            }
        case (.max, .array(let elements), _):
            return try least(elements) { value, other throws(ExpressionError) in
                try compare(value, .greater, other)
            }
        default:
            let found = values.map(\.indefinite).joined(separator: " and ")
            throw fault(.mismatch("\(function.rawValue) does not take \(found)"))
        }
    }

    private mutating func valueOrDefault(
        _ node: Expression.Node,
        _ other: Expression.Node
    ) throws(ExpressionError) -> JSONValue {
        do throws(ExpressionError) {
            let value = try value(of: node)
            if !value.isNull { return value }
        } catch {
            guard case .missing = error.reason else { throw error }
        }
        return try value(of: other)
    }

    private func length(of value: JSONValue) throws(ExpressionError) -> JSONValue {
        switch value {
        case .string(let text): .integer(Int64(text.unicodeScalars.count))
        case .array(let elements): .integer(Int64(elements.count))
        case .object(let object): .integer(Int64(object.count))
        case .null, .bool, .integer, .number:
            throw fault(.mismatch("length needs a string, an array or an object, found \(value.indefinite)"))
        }
    }

    /// The sum of the numbers of a list; nulls count as nothing.
    private func sum(_ elements: [JSONValue]) throws(ExpressionError) -> JSONValue {
        var whole: Int64? = 0
        var sum = 0.0
        for element in elements where !element.isNull {
            guard let number = element.doubleValue else {
                throw fault(.mismatch("sum adds numbers, found \(element.indefinite)"))
            }
            sum += number
            whole = whole.flatMap { before in
                guard case .integer(let next) = element else { return nil }
                let (result, overflow) = before.addingReportingOverflow(next)
                return overflow ? nil : result
            }
        }
        return whole.map(JSONValue.integer) ?? .number(sum)
    }

    /// The first element before which no other comes; nulls count as nothing, and of nothing it is null.
    private func least(
        _ elements: [JSONValue],
        _ comesBefore: (JSONValue, JSONValue) throws(ExpressionError) -> Bool
    ) throws(ExpressionError) -> JSONValue {
        var found = JSONValue.null
        for element in elements where !element.isNull {
            if found.isNull { found = element } else if try comesBefore(element, found) { found = element }
        }
        return found
    }

    private mutating func contains(_ value: JSONValue, _ part: JSONValue) throws(ExpressionError) -> Bool {
        switch (value, part) {
        case (.string(let text), .string(let part)): return text.containsBytes(of: part)
        case (.array(let elements), _):
            try count(elements.count)
            return elements.contains(part)
        case (.object(let object), .string(let key)): return object[key] != nil
        default:
            throw fault(.mismatch("contains does not look for \(part.indefinite) in \(value.indefinite)"))
        }
    }

    private mutating func join(_ elements: [JSONValue], _ separator: String) throws(ExpressionError) -> String {
        try count(elements.count)
        var text = ""
        for (index, element) in elements.enumerated() {
            if index > 0 { text += separator }
            text += element.rendered
            guard text.utf8.count <= Self.maximumTextLength else { throw fault(.textTooLong) }
        }
        return text
    }

    private func bounded(_ text: String) throws(ExpressionError) -> String {
        guard text.utf8.count <= Self.maximumTextLength else { throw fault(.textTooLong) }
        return text
    }
}
