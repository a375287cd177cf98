package import Checkpoints
import Digests
package import JobModel

/// The requests of a job's calls as they are kept: each message once, since conversations repeat all that was said.
///
/// A request is written as the call that it repeats most of, and what it adds. Of the other fields only those are written that differ
/// from that call's:
///
/// ```
/// {"after": "gateway/openai#3", "added": [ … ]}                                  begins with all messages of that call
/// {"after": "gateway/openai#3", "list": [{"from": 0, "count": 8}, {"added": [ … ]}, {"from": 9, "count": 2}]}
/// {"fields": { … }, "added": [ … ]}                                              repeats none
/// ```
///
/// So what moves through a conversation, such as the mark up to where a provider is to cache it, and what is cut off at its beginning,
/// do not have all of it kept again.
package struct RequestTexts: Sendable {
    /// How many of the latest requests are known message by message; of older ones, and of those of earlier attempts, it is known how
    /// they end.
    private static let mostLists = 16

    /// How a request ends, so that a later one is found to begin with it.
    package struct End: Equatable, Sendable {
        /// Over all messages.
        var messages: SHA256Digest
        var count: Int
        /// Over all other fields.
        var fields: SHA256Digest
    }

    /// A request, message by message.
    package struct Outline: Sendable {
        package let end: End
        fileprivate let items: [SHA256Digest]
    }

    /// A piece of a request: messages of its base, or others.
    private enum Piece {
        case repeated(from: Int, count: Int)
        case added([JSONValue])

        var json: JSONValue {
            switch self {
            case .repeated(let from, let count): ["from": .integer(Int64(from)), "count": .integer(Int64(count))]
            case .added(let items): ["added": .array(items)]
            }
        }
    }

    private struct Base {
        let position: StepPosition
        let end: End
    }

    private var bases: [SHA256Digest: Base] = [:]
    /// The latest requests, the newest last.
    private var lists: [(base: Base, items: [SHA256Digest])] = []
    /// In which of them a message stands, the newest if in several.
    private var places: [SHA256Digest: StepPosition] = [:]

    package init() {}

    /// The request as it is kept, and its outline.
    package func delta(of body: JSONObject, _ format: WireFormat) -> (text: JSONValue, outline: Outline) {
        var fields = body
        let items = format.listKey.flatMap { body[$0]?.arrayValue } ?? []
        if !items.isEmpty, let key = format.listKey { fields[key] = nil }
        let fieldsDigest = CallIdentity.digest(.object(fields))
        var whole: (base: Base, count: Int)?
        var digest = CallIdentity.digest(.string(format.rawValue))
        // A message of one format is none of another: their lists have different names.
        let digests = items.map { SHA256.digest(of: digest.bytes + $0.encoded(.canonical)) }
        for (index, item) in digests.enumerated() {
            digest = SHA256.digest(of: digest.bytes + item.bytes)
            if let found = bases[digest], found.end.count == index + 1 { whole = (found, index + 1) }
        }
        let outline = Outline(end: End(messages: digest, count: items.count, fields: fieldsDigest), items: digests)
        let (base, pieces) = pieces(of: items, digests, whole)
        var text = JSONObject()
        if let base { text["after"] = .string(base.position.description) }
        if base?.end.fields != fieldsDigest { text["fields"] = .object(fields) }
        switch (pieces.first, pieces.dropFirst().first, pieces.count) {
        case (.repeated(0, base?.end.count), .added(let rest), 2): text["added"] = .array(rest)
        case (.repeated(0, base?.end.count), nil, 1), (nil, nil, 0): text["added"] = []
        case (.added(let all), nil, 1): text["added"] = .array(all)
        default: text["list"] = .array(pieces.map(\.json))
        }
        return (.object(text), outline)
    }

    /// The messages at the end of a kept request that it repeats of no other.
    static func ending(of text: JSONValue) -> [JSONValue] {
        (text["added"] ?? text["list"]?.arrayValue?.last?["added"])?.arrayValue ?? []
    }

    /// Cuts a request up by what it repeats.
    private func pieces(
        of items: [JSONValue],
        _ digests: [SHA256Digest],
        _ whole: (base: Base, count: Int)?
    ) -> (base: Base?, pieces: [Piece]) {
        guard let list = mostRepeated(by: digests) else { return Self.pieces(of: items, beginningWith: whole) }
        // Of equal messages each stands for all of them.
        let place = Dictionary(zip(list.items, list.items.indices)) { first, _ in first }
        guard digests.count(where: { place[$0] != nil }) > (whole?.count ?? 0) else {
            return Self.pieces(of: items, beginningWith: whole)
        }
        var pieces: [Piece] = []
        var added: [JSONValue] = []
        for (item, digest) in zip(items, digests) {
            guard let place = place[digest] else {
                added.append(item)
                continue
            }
            if !added.isEmpty { pieces.append(.added(added)) }
            if added.isEmpty, case .repeated(let from, let count)? = pieces.last,
                list.items.dropFirst(from + count).first == digest
            {
                pieces[pieces.count - 1] = .repeated(from: from, count: count + 1)
            } else {
                pieces.append(.repeated(from: place, count: 1))
            }
            added = []
        }
        if !added.isEmpty { pieces.append(.added(added)) }
        return (list.base, pieces)
    }

    private static func pieces(
        of items: [JSONValue],
        beginningWith whole: (base: Base, count: Int)?
    ) -> (base: Base?, pieces: [Piece]) {
        let rest = Array(items.dropFirst(whole?.count ?? 0))
        let beginning: [Piece] = whole.map { [.repeated(from: 0, count: $0.count)] } ?? []
        return (whole?.base, beginning + (rest.isEmpty ? [] : [.added(rest)]))
    }

    /// The request of which most messages are repeated.
    private func mostRepeated(by digests: [SHA256Digest]) -> (base: Base, items: [SHA256Digest])? {
        var counts: [StepPosition: Int] = [:]
        for digest in digests {
            if let position = places[digest] { counts[position, default: 0] += 1 }
        }
        guard let most = counts.values.max() else { return nil }
        return lists.last { counts[$0.base.position] == most }
    }

    /// Makes a request known whose text is kept.
    package mutating func add(_ position: StepPosition, _ outline: Outline) {
        add(position, outline.end)
        guard !outline.items.isEmpty else { return }
        if lists.count == Self.mostLists {
            let oldest = lists.removeFirst()
            for digest in oldest.items where places[digest] == oldest.base.position { places[digest] = nil }
        }
        lists.append((Base(position: position, end: outline.end), outline.items))
        for digest in outline.items { places[digest] = position }
    }

    /// Makes a request of an earlier attempt known by its end.
    package mutating func add(_ position: StepPosition, _ end: End) {
        guard end.count > 0, bases[end.messages] == nil else { return }
        bases[end.messages] = Base(position: position, end: end)
    }
}

extension RequestTexts.End {
    var json: JSONValue {
        ["messages": .string(messages.hex), "count": .integer(Int64(count)), "fields": .string(fields.hex)]
    }

    init?(json: JSONValue) {
        guard let messages = json["messages"]?.stringValue.flatMap({ SHA256Digest(hex: $0) }),
            let count = json["count"]?.integerValue,
            let fields = json["fields"]?.stringValue.flatMap({ SHA256Digest(hex: $0) })
        else { return nil }
        self.init(messages: messages, count: Int(count), fields: fields)
    }
}
