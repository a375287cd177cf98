import JobModel

/// The `reasoning_details` of an answer, put together from the pieces of a stream; to be given back as they are.
struct ReasoningDetails {
    /// The most of them in one answer.
    private static let maximumCount = 1024
    /// What comes in pieces; every other member comes whole.
    private static let pieces: Set<String> = ["text", "summary", "data"]

    private(set) var values: [JSONValue] = []

    var isEmpty: Bool { values.isEmpty }

    mutating func add(_ fragments: [JSONValue]) {
        for fragment in fragments {
            guard case .object(let members) = fragment else { continue }
            guard let place = place(of: fragment), case .object(var value) = values[place] else {
                if values.count < Self.maximumCount { values.append(fragment) }
                continue
            }
            for (key, member) in members {
                if Self.pieces.contains(key), let piece = member.stringValue, let text = value[key]?.stringValue {
                    value[key] = .string(text + piece)
                } else if !member.isNull {
                    value[key] = member
                }
            }
            values[place] = .object(value)
        }
    }

    private func place(of fragment: JSONValue) -> Int? {
        guard let index = fragment["index"]?.integerValue else { return nil }
        return values.lastIndex { $0["index"]?.integerValue == index && $0["type"] == fragment["type"] }
    }
}
