/// The members of a JSON object, in the order in which they were written.
///
/// A key that is set again keeps its place. Equality does not look at the order.
package struct JSONObject: Sendable {
    /// So few keys are compared one after the other; that is faster than an index, and takes no memory.
    private static let mostWithoutIndex = 12

    private var members: [(key: String, value: JSONValue)] = []
    /// Where each key stands; empty while there are few.
    private var index: [String: Int] = [:]

    package init() {}

    package init(_ members: some Sequence<(String, JSONValue)>) {
        self.members.reserveCapacity(members.underestimatedCount)
        for (key, value) in members { self[key] = value }
    }

    package var keys: [String] { members.map(\.key) }
    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }

    /// The value of a key; nil removes the member.
    package subscript(key: String) -> JSONValue? {
        get { place(of: key).map { members[$0].value } }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?):
                members[place].value = value
            case (nil, let value?):
                append(key, value)
            case (let place?, nil):
                members.remove(at: place)
                reindex()
            case (nil, nil):
                break
            }
        }
    }

    /// The members in the order in which they are written.
    func inOrder(_ order: JSONValue.KeyOrder) -> [(key: String, value: JSONValue)] {
        switch order {
        case .written: members
        case .canonical: members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        }
    }

    private func place(of key: String) -> Int? {
        if members.count > Self.mostWithoutIndex { return index[key] }
        for place in members.indices where members[place].key == key { return place }
        return nil
    }

    /// Adds a member whose key is not there yet.
    mutating func append(_ key: String, _ value: JSONValue) {
        members.append((key, value))
        if members.count == Self.mostWithoutIndex + 1 {
            reindex()
        } else if members.count > Self.mostWithoutIndex {
            index[key] = members.count - 1
        }
    }

    private mutating func reindex() {
        index =
            members.count > Self.mostWithoutIndex
            ? Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) }) : [:]
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
