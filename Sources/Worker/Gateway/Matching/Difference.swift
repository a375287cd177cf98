import JobModel

/// Tells where two requests differ, for people.
enum Difference {
    /// The most characters of each side that are shown.
    private static let longestSide = 120

    /// The first place at which the values differ, and what stands there; nil when they are equal.
    static func first(_ left: JSONValue, _ right: JSONValue, at path: String = "") -> String? {
        guard left != right else { return nil }
        if let lefts = left.objectValue, let rights = right.objectValue {
            for (key, value) in lefts {
                if let found = first(value, rights[key] ?? .null, at: path.isEmpty ? key : "\(path).\(key)") {
                    return found
                }
            }
            for (key, value) in rights where lefts[key] == nil {
                return "\(path).\(key): nothing became \(shown(value))"
            }
        }
        if let lefts = left.arrayValue, let rights = right.arrayValue {
            for (index, pair) in zip(lefts, rights).enumerated() {
                if let found = first(pair.0, pair.1, at: "\(path)[\(index)]") { return found }
            }
            return "\(path): \(lefts.count) items became \(rights.count)"
        }
        return "\(path): \(shown(left)) became \(shown(right))"
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.text()
        return text.count > longestSide ? text.prefix(longestSide) + "…" : text
    }
}
