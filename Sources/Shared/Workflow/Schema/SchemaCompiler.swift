internal import JobModel

/// Checks a schema and gets all the schemas within it ready to be applied.
struct SchemaCompiler {
    private let document: JSONValue
    private var nodes: [JSONPointer: SchemaNode] = [:]
    private var open: [(pointer: JSONPointer, from: JSONPointer)] = []

    init(_ document: JSONValue) { self.document = document }

    /// Returns every schema that can be reached from the root.
    mutating func compile() throws(JSONSchemaError) -> [JSONPointer: SchemaNode] {
        open.append((.root, .root))
        while let next = open.popLast() {
            guard nodes[next.pointer] == nil else { continue }
            guard let value = document.value(at: next.pointer) else {
                throw JSONSchemaError(path: next.from, reason: "$ref leads to nothing at \(quoted("#\(next.pointer)"))")
            }
            nodes[next.pointer] = try node(value, at: next.pointer)
        }
        return nodes
    }

    private func fault(_ reason: String, at pointer: JSONPointer) -> JSONSchemaError {
        JSONSchemaError(path: pointer, reason: reason)
    }

    private mutating func node(_ value: JSONValue, at pointer: JSONPointer) throws(JSONSchemaError) -> SchemaNode {
        var node = SchemaNode()
        if case .bool(let verdict) = value {
            node.verdict = verdict
            return node
        }
        guard case .object(let object) = value else {
            throw fault("a schema is an object, true or false, found \(value.indefinite)", at: pointer)
        }
        for (keyword, value) in object {
            try read(keyword, value, at: pointer.appending(keyword), into: &node)
        }
        return node
    }

    private mutating func read(
        _ keyword: String,
        _ value: JSONValue,
        at pointer: JSONPointer,
        into node: inout SchemaNode
    ) throws(JSONSchemaError) {
        switch keyword {
        case "type": node.types = try types(value, at: pointer)
        case "enum": node.choices = try list(value, at: pointer)
        case "const": node.constant = value
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
            try readNumber(keyword, value, at: pointer, into: &node)
        case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
            node.countBounds.append(try countBound(keyword, value, at: pointer))
        case "pattern": node.pattern = try pattern(value, at: pointer)
        case "properties", "patternProperties", "additionalProperties", "propertyNames", "required":
            try readMembers(keyword, value, at: pointer, into: &node)
        case "prefixItems", "items", "contains", "uniqueItems":
            try readElements(keyword, value, at: pointer, into: &node)
        case "allOf": node.allOf = try schemas(value, at: pointer)
        case "anyOf": node.anyOf = try schemas(value, at: pointer)
        case "oneOf": node.oneOf = try schemas(value, at: pointer)
        case "not": node.not = schema(at: pointer)
        case "if": node.condition = schema(at: pointer)
        case "then": node.then = schema(at: pointer)
        case "else": node.otherwise = schema(at: pointer)
        case "$ref": node.reference = try reference(value, at: pointer)
        case "$defs", "definitions": _ = try members(value, at: pointer)
        default: break
        }
    }

    private mutating func readMembers(
        _ keyword: String,
        _ value: JSONValue,
        at pointer: JSONPointer,
        into node: inout SchemaNode
    ) throws(JSONSchemaError) {
        switch keyword {
        case "properties": node.properties = Dictionary(uniqueKeysWithValues: try members(value, at: pointer))
        case "patternProperties":
            for (key, schema) in try members(value, at: pointer) {
                node.patternProperties.append((try pattern(.string(key), at: pointer.appending(key)), schema))
            }
        case "required":
            for (index, name) in try list(value, at: pointer).enumerated() {
                guard case .string(let text) = name else {
                    throw fault("expected a string, found \(name.indefinite)", at: pointer.appending(String(index)))
                }
                node.required.append(text)
            }
        case "propertyNames": node.propertyNames = schema(at: pointer)
        default: node.additionalProperties = schema(at: pointer)
        }
    }

    private mutating func readElements(
        _ keyword: String,
        _ value: JSONValue,
        at pointer: JSONPointer,
        into node: inout SchemaNode
    ) throws(JSONSchemaError) {
        switch keyword {
        case "prefixItems": node.prefixItems = try schemas(value, at: pointer)
        case "items":
            guard case .array = value else {
                node.items = schema(at: pointer)
                return
            }
            throw fault("a list of schemas is written prefixItems", at: pointer)
        case "contains": node.contains = schema(at: pointer)
        default:
            guard case .bool(let isUnique) = value else {
                throw fault("expected true or false, found \(value.indefinite)", at: pointer)
            }
            node.isUnique = isUnique
        }
    }

    private func readNumber(
        _ keyword: String,
        _ value: JSONValue,
        at pointer: JSONPointer,
        into node: inout SchemaNode
    ) throws(JSONSchemaError) {
        guard let number = value.doubleValue else {
            throw fault("expected a number, found \(value.indefinite)", at: pointer)
        }
        if let relation = SchemaNode.Bound.Relation(rawValue: keyword) {
            node.bounds.append(SchemaNode.Bound(relation: relation, limit: value))
            return
        }
        guard number > 0 else { throw fault("expected a number above 0, found \(value.text())", at: pointer) }
        node.multipleOf = number
    }

    // MARK: Schemas within

    private mutating func schema(at pointer: JSONPointer) -> JSONPointer {
        open.append((pointer, pointer))
        return pointer
    }

    private mutating func schemas(_ value: JSONValue, at pointer: JSONPointer) throws(JSONSchemaError) -> [JSONPointer]
    {
        let elements = try list(value, at: pointer)
        guard !elements.isEmpty else { throw fault("expected a list that is not empty", at: pointer) }
        return elements.indices.map { schema(at: pointer.appending(String($0))) }
    }

    private mutating func members(
        _ value: JSONValue,
        at pointer: JSONPointer
    ) throws(JSONSchemaError) -> [(String, JSONPointer)] {
        guard case .object(let object) = value else {
            throw fault("expected an object, found \(value.indefinite)", at: pointer)
        }
        return object.keys.map { ($0, schema(at: pointer.appending($0))) }
    }

    private mutating func reference(_ value: JSONValue, at pointer: JSONPointer) throws(JSONSchemaError) -> JSONPointer
    {
        guard case .string(let text) = value else {
            throw fault("expected a string, found \(value.indefinite)", at: pointer)
        }
        guard text.hasPrefix("#"), let target = JSONPointer(parsing: String(text.dropFirst())) else {
            throw fault("only references within the schema are known, such as #/$defs/name", at: pointer)
        }
        open.append((target, pointer))
        return target
    }

    // MARK: Values of keywords

    private func list(_ value: JSONValue, at pointer: JSONPointer) throws(JSONSchemaError) -> [JSONValue] {
        guard case .array(let elements) = value else {
            throw fault("expected a list, found \(value.indefinite)", at: pointer)
        }
        return elements
    }

    private func types(_ value: JSONValue, at pointer: JSONPointer) throws(JSONSchemaError) -> [SchemaNode.ValueType] {
        let names = value.arrayValue ?? [value]
        var types: [SchemaNode.ValueType] = []
        for name in names {
            guard let type = name.stringValue.flatMap(SchemaNode.ValueType.init) else {
                let known = SchemaNode.ValueType.allCases.map(\.rawValue).joined(separator: ", ")
                throw fault("\(name.text()) is no type, known are \(known)", at: pointer)
            }
            types.append(type)
        }
        guard !types.isEmpty else { throw fault("expected a list that is not empty", at: pointer) }
        return types
    }

    private func countBound(
        _ keyword: String,
        _ value: JSONValue,
        at pointer: JSONPointer
    ) throws(JSONSchemaError) -> SchemaNode.CountBound {
        guard let limit = value.integerValue, limit >= 0 else {
            throw fault("expected an integer of at least 0, found \(value.text())", at: pointer)
        }
        let subject: SchemaNode.CountBound.Subject =
            keyword.hasSuffix("Length") ? .characters : keyword.hasSuffix("Items") ? .elements : .members
        return SchemaNode.CountBound(
            subject: subject,
            isMinimum: keyword.hasPrefix("min"),
            limit: Int(clamping: limit)
        )
    }

    private func pattern(_ value: JSONValue, at pointer: JSONPointer) throws(JSONSchemaError) -> TextPattern {
        guard case .string(let text) = value else {
            throw fault("expected a string, found \(value.indefinite)", at: pointer)
        }
        do throws(TextPatternError) {
            return try TextPattern(text)
        } catch {
            throw fault("the pattern \(quoted(text)) \(error.reason)", at: pointer)
        }
    }
}

extension JSONValue {
    /// The part of the value that a pointer leads to.
    func value(at pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            let next = value[token] ?? Int(token).flatMap { [value] in value[$0] }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
