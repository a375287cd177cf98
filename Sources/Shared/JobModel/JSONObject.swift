/// The members of a JSON object, in the order in which they were written.
///
/// A key that is set again keeps its place. Equality does not look at the order.
package struct JSONObject: Sendable {
    private var index: [String: Int] = [:]
    private var members: [(key: String, value: JSONValue)] = []

    package init() {}

    package init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    package var keys: [String] { members.map(\.key) }
    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }

    /// The value of a key; nil removes the member.
    package subscript(key: String) -> JSONValue? {
        get { index[key].map { members[$0].value } }
        set {
            switch (index[key], newValue) {
            case (let place?, let value?):
                members[place].value = value
            case (nil, let value?):
                index[key] = members.count
                members.append((key, value))
            case (let place?, nil):
                members.remove(at: place)
                index = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) })
            case (nil, nil):
                break
            }
        }
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> { members.makeIterator() }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        for member in members.sorted(by: { $0.key < $1.key }) {
            hasher.combine(member.key)
            hasher.combine(member.value)
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
