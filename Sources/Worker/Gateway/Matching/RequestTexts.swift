package import Checkpoints
import Digests
package import JobModel

/// The requests of a job's calls as they are kept: each message once, since conversations repeat all that was said.
///
/// A request is written as the call whose messages it begins with, and what it adds. Of the other fields only those
/// are written that differ from that call's.
package struct RequestTexts: Sendable {
    /// How a request ends, so that a later one is found to begin with it.
    package struct End: Equatable, Sendable {
        /// Over all messages.
        var messages: SHA256Digest
        var count: Int
        /// Over all other fields.
        var fields: SHA256Digest
    }

    private struct Base {
        let position: StepPosition
        let end: End
    }

    private var bases: [SHA256Digest: Base] = [:]

    package init() {}

    /// The request as it is kept, and how it ends.
    package func delta(of body: JSONObject, _ format: WireFormat) -> (text: JSONValue, end: End) {
        var fields = body
        let items = format.listKey.flatMap { body[$0]?.arrayValue } ?? []
        if !items.isEmpty, let key = format.listKey { fields[key] = nil }
        let fieldsDigest = CallIdentity.digest(.object(fields))
        var base: (Base, Int)?
        var digest = CallIdentity.digest(.string(format.rawValue))
        for (index, item) in items.enumerated() {
            digest = Self.digest(digest, item)
            if let found = bases[digest], found.end.count == index + 1 { base = (found, index + 1) }
        }
        var text = JSONObject()
        if let base {
            text["after"] = .string(base.0.position.description)
            if base.0.end.fields != fieldsDigest { text["fields"] = .object(fields) }
        } else {
            text["fields"] = .object(fields)
        }
        text["added"] = .array(Array(items.dropFirst(base?.1 ?? 0)))
        return (.object(text), End(messages: digest, count: items.count, fields: fieldsDigest))
    }

    /// Makes a request known whose text is kept.
    package mutating func add(_ position: StepPosition, _ end: End) {
        guard end.count > 0, bases[end.messages] == nil else { return }
        bases[end.messages] = Base(position: position, end: end)
    }

    private static func digest(_ previous: SHA256Digest, _ item: JSONValue) -> SHA256Digest {
        SHA256.digest(of: previous.bytes + item.encoded(.canonical))
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
