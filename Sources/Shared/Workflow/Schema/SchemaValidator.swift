internal import JobModel

/// Applies a schema to one value.
struct SchemaValidator {
    private let schema: JSONSchema
    private let maximumSteps: Int
    private var steps = 0
    /// Whether the bounds were reached; then nothing more is looked at.
    private var exceeded: SchemaFault?

    init(_ schema: JSONSchema, maximumSteps: Int) {
        self.schema = schema
        self.maximumSteps = maximumSteps
    }

    /// Returns how a value differs from what the schema asks for.
    mutating func faults(of value: JSONValue) -> [SchemaFault] {
        var found: [SchemaFault] = []
        apply(.root, to: value, at: .root, depth: 1, &found)
        return exceeded.map { [$0] } ?? Array(found.prefix(JSONSchema.maximumFaults))
    }

    private mutating func apply(
        _ pointer: JSONPointer,
        to value: JSONValue,
        at path: JSONPointer,
        depth: Int,
        _ found: inout [SchemaFault]
    ) {
        if depth > JSONSchema.maximumDepth {
            exceeded =
                exceeded ?? SchemaFault(path: path, message: "the schema is nested too deeply, or refers to itself")
        }
        guard canTake(1, at: path), found.count < JSONSchema.maximumFaults, let node = schema.nodes[pointer] else {
            return
        }
        if node.verdict == false { found.append(SchemaFault(path: path, message: "nothing is allowed here")) }
        guard checkType(node, value, path, &found) else { return }
        checkChoices(node, value, path, &found)
        switch value {
        case .integer, .number: checkNumber(node, value, path, &found)
        case .string(let text): checkText(node, text, path, &found)
        case .array(let elements): checkElements(node, elements, path, depth, &found)
        case .object(let object): checkMembers(node, object, path, depth, &found)
        case .null, .bool: break
        }
        checkCombinations(node, value, path, depth, &found)
    }

    /// Whether there are so many steps left, which are then taken.
    ///
    /// What looks at more than one part of a value takes more than one step, before it does.
    private mutating func canTake(_ count: Int, at path: JSONPointer) -> Bool {
        steps += count
        if steps > maximumSteps {
            exceeded = exceeded ?? SchemaFault(path: path, message: "the value is too large to check")
        }
        return exceeded == nil
    }

    private mutating func conforms(
        _ pointer: JSONPointer,
        _ value: JSONValue,
        _ path: JSONPointer,
        _ depth: Int
    ) -> Bool {
        var found: [SchemaFault] = []
        apply(pointer, to: value, at: path, depth: depth + 1, &found)
        return found.isEmpty
    }

    // MARK: Any value

    private func checkType(
        _ node: SchemaNode,
        _ value: JSONValue,
        _ path: JSONPointer,
        _ found: inout [SchemaFault]
    ) -> Bool {
        guard !node.types.isEmpty, !node.types.contains(where: { $0.accepts(value) }) else { return true }
        let expected = node.types.map(\.rawValue).joined(separator: " or ")
        found.append(SchemaFault(path: path, message: "expected \(expected), found \(value.typeName)"))
        return false
    }

    private mutating func checkChoices(
        _ node: SchemaNode,
        _ value: JSONValue,
        _ path: JSONPointer,
        _ found: inout [SchemaFault]
    ) {
        guard node.constant != nil || node.choices != nil else { return }
        // Compared, and, where it differs, written out.
        guard canTake((node.choices?.count ?? 0) + value.checkingCost, at: path) else { return }
        if let constant = node.constant, constant != value {
            found.append(SchemaFault(path: path, message: "expected \(constant.shortened), found \(value.shortened)"))
        }
        if let choices = node.choices, !choices.contains(value) {
            let known = choices.prefix(20).map(\.shortened).joined(separator: ", ")
            found.append(SchemaFault(path: path, message: "\(value.shortened) is none of \(known)"))
        }
    }

    private mutating func checkCombinations(
        _ node: SchemaNode,
        _ value: JSONValue,
        _ path: JSONPointer,
        _ depth: Int,
        _ found: inout [SchemaFault]
    ) {
        for part in node.allOf { apply(part, to: value, at: path, depth: depth + 1, &found) }
        if let target = node.reference { apply(target, to: value, at: path, depth: depth + 1, &found) }
        if let condition = node.condition {
            let branch = conforms(condition, value, path, depth) ? node.then : node.otherwise
            if let branch { apply(branch, to: value, at: path, depth: depth + 1, &found) }
        }
        if let not = node.not, conforms(not, value, path, depth) {
            found.append(SchemaFault(path: path, message: "the value is excluded by not"))
        }
        if !node.anyOf.isEmpty { checkAnyOf(node.anyOf, value, path, depth, &found) }
        if !node.oneOf.isEmpty {
            let count = node.oneOf.reduce(into: 0) { $0 += conforms($1, value, path, depth) ? 1 : 0 }
            if count != 1 {
                found.append(SchemaFault(path: path, message: "\(count) of the schemas of oneOf match, one should"))
            }
        }
    }

    private mutating func checkAnyOf(
        _ schemas: [JSONPointer],
        _ value: JSONValue,
        _ path: JSONPointer,
        _ depth: Int,
        _ found: inout [SchemaFault]
    ) {
        for part in schemas where conforms(part, value, path, depth) { return }
        found.append(SchemaFault(path: path, message: "none of the schemas of anyOf matches"))
    }

    // MARK: Numbers and strings

    private func checkNumber(
        _ node: SchemaNode,
        _ value: JSONValue,
        _ path: JSONPointer,
        _ found: inout [SchemaFault]
    ) {
        for bound in node.bounds where !bound.allows(value) {
            found.append(
                SchemaFault(path: path, message: "\(value.text()) is \(bound.relation.broken) \(bound.limit.text())")
            )
        }
        if let divisor = node.multipleOf, !value.isMultiple(of: divisor) {
            found.append(
                SchemaFault(
                    path: path,
                    message: "\(value.text()) is no multiple of \(JSONValue.number(divisor).text())"
                )
            )
        }
    }

    private mutating func checkText(
        _ node: SchemaNode,
        _ text: String,
        _ path: JSONPointer,
        _ found: inout [SchemaFault]
    ) {
        guard canTake(text.checkingCost(for: node), at: path) else { return }
        checkCount(node, .characters, path, &found) { text.unicodeScalars.count }
        guard let pattern = node.pattern else { return }
        switch pattern.matches(text) {
        case .some(true): break
        case .some(false):
            found.append(SchemaFault(path: path, message: "\(quoted(text)) does not match \(quoted(pattern.source))"))
        case nil:
            let most = TextPattern.maximumSubjectLength
            found.append(
                SchemaFault(
                    path: path,
                    message: "the string is too long for its pattern, the most is \(most) characters"
                )
            )
        }
    }

    private func checkCount(
        _ node: SchemaNode,
        _ subject: SchemaNode.CountBound.Subject,
        _ path: JSONPointer,
        _ found: inout [SchemaFault],
        _ counted: () -> Int
    ) {
        let bounds = node.countBounds.filter { $0.subject == subject }
        guard !bounds.isEmpty else { return }
        let count = counted()
        for bound in bounds where bound.isMinimum ? count < bound.limit : count > bound.limit {
            let most = bound.isMinimum ? "least" : "most"
            found.append(
                SchemaFault(path: path, message: "\(count) \(subject.rawValue), the \(most) is \(bound.limit)")
            )
        }
    }

    // MARK: Arrays and objects

    private mutating func checkElements(
        _ node: SchemaNode,
        _ elements: [JSONValue],
        _ path: JSONPointer,
        _ depth: Int,
        _ found: inout [SchemaFault]
    ) {
        checkCount(node, .elements, path, &found) { elements.count }
        let cost = node.isUnique ? JSONValue.array(elements).checkingCost : 0
        guard canTake(cost, at: path) else { return }
        if node.isUnique, Set(elements).count < elements.count {
            found.append(SchemaFault(path: path, message: "the elements are not unique"))
        }
        for (index, element) in elements.enumerated() where exceeded == nil {
            guard let part = index < node.prefixItems.count ? node.prefixItems[index] : node.items else { break }
            apply(part, to: element, at: path.appending(String(index)), depth: depth + 1, &found)
        }
        if let part = node.contains, !elements.contains(where: { conforms(part, $0, path, depth) }) {
            found.append(SchemaFault(path: path, message: "no element matches contains"))
        }
    }

    private mutating func checkMembers(
        _ node: SchemaNode,
        _ object: JSONObject,
        _ path: JSONPointer,
        _ depth: Int,
        _ found: inout [SchemaFault]
    ) {
        guard canTake(node.required.count + object.count, at: path) else { return }
        checkCount(node, .members, path, &found) { object.count }
        for name in node.required where object[name] == nil {
            found.append(SchemaFault(path: path, message: "\(quoted(name)) is missing"))
        }
        for (key, value) in object where exceeded == nil {
            let path = path.appending(key)
            if let names = node.propertyNames, !conforms(names, .string(key), path, depth) {
                found.append(SchemaFault(path: path, message: "\(quoted(key)) is not allowed as a key"))
            }
            var isKnown = false
            if let part = node.properties[key] {
                isKnown = true
                apply(part, to: value, at: path, depth: depth + 1, &found)
            }
            for (pattern, part) in node.patternProperties {
                guard canTake(pattern.matchingCost(of: key), at: path), pattern.matches(key) == true else { continue }
                isKnown = true
                apply(part, to: value, at: path, depth: depth + 1, &found)
            }
            guard !isKnown, let part = node.additionalProperties else { continue }
            if schema.nodes[part]?.verdict == false {
                found.append(SchemaFault(path: path, message: "the key \(quoted(key)) is not known"))
            } else {
                apply(part, to: value, at: path, depth: depth + 1, &found)
            }
        }
    }
}

extension SchemaNode.Bound {
    fileprivate func allows(_ value: JSONValue) -> Bool {
        if case (.integer(let a), .integer(let b)) = (value, limit) { return relation.allows(a, b) }
        guard let a = value.doubleValue, let b = limit.doubleValue else { return true }
        return relation.allows(a, b)
    }
}

extension SchemaNode.Bound.Relation {
    fileprivate func allows<Number: Comparable>(_ value: Number, _ limit: Number) -> Bool {
        switch self {
        case .minimum: value >= limit
        case .maximum: value <= limit
        case .exclusiveMinimum: value > limit
        case .exclusiveMaximum: value < limit
        }
    }

    fileprivate var broken: String {
        switch self {
        case .minimum: "less than"
        case .maximum: "more than"
        case .exclusiveMinimum: "not more than"
        case .exclusiveMaximum: "not less than"
        }
    }
}

extension JSONValue {
    /// The value for a message.
    fileprivate var shortened: String {
        let text = text()
        return text.utf8.count <= 80 ? text : stringValue.map(quoted) ?? "a long \(typeName)"
    }

    fileprivate func isMultiple(of divisor: Double) -> Bool {
        if case .integer(let value) = self, let divisor = Int64(exactly: divisor) { return value % divisor == 0 }
        guard let value = doubleValue else { return true }
        // Remainders of doubles are exact, and whole numbers are what they say.
        if divisor == divisor.rounded() { return value.truncatingRemainder(dividingBy: divisor) == 0 }
        // Divisors such as 0.1 have no exact double: they, the value and the quotient are each half a unit off at most.
        let quotient = value / divisor
        return abs(quotient - quotient.rounded()) <= min(4 * quotient.ulp, 0.1)
    }
}
