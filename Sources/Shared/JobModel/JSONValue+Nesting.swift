extension JSONValue {
    /// How deep a value may be nested that comes from outside and becomes a part of a record; a deeper one is kept as text.
    ///
    /// What stands around it in the record is nested too, and the whole must stay readable.
    package static let maximumForeignDepth = maximumDepth / 2

    /// Whether more than so many arrays and objects are nested in each other; never looks deeper than that.
    package func isNested(deeperThan limit: Int) -> Bool {
        switch self {
        case .null, .bool, .integer, .number, .string: false
        case .array(let values): limit == 0 || values.contains { $0.isNested(deeperThan: limit - 1) }
        case .object(let object): limit == 0 || object.contains { $0.value.isNested(deeperThan: limit - 1) }
        }
    }
}
