import JobModel

extension JSONValue {
    /// Whether more than so many arrays and objects are nested in each other; never looks deeper than that.
    func isNested(deeperThan limit: Int) -> Bool {
        switch self {
        case .null, .bool, .integer, .number, .string: false
        case .array(let values): limit == 0 || values.contains { $0.isNested(deeperThan: limit - 1) }
        case .object(let object): limit == 0 || object.contains { $0.value.isNested(deeperThan: limit - 1) }
        }
    }
}
