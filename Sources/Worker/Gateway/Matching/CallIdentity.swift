package import Checkpoints
package import Digests
package import JobModel

/// What says which call a request is.
///
/// The fingerprint covers the whole request; the lineage covers it without what tools returned, so that it says which
/// answers of the provider's the request goes on from; the head covers what stands before the first answer, which
/// tells one agent of a program from another.
package struct CallIdentity: Equatable, Sendable {
    package var fingerprint: Fingerprint
    /// Nil when the request holds no result of a tool, and so nothing that may drift.
    package var lineage: SHA256Digest?
    package var head: SHA256Digest

    /// What says that it is the same call in another attempt, whatever tools return then.
    var key: SHA256Digest { lineage ?? fingerprint.digest }

    package init(fingerprint: Fingerprint, lineage: SHA256Digest?, head: SHA256Digest) {
        self.fingerprint = fingerprint
        self.lineage = lineage
        self.head = head
    }

    /// Members of requests that say who asks and not what: they may differ from run to run, and no answer hangs on them.
    static let volatileKeys: Set<String> = [
        "metadata", "user", "safety_identifier", "prompt_cache_key", "labels",
    ]

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - connection: The name of the connection: the address behind it may change.
    ///   - model: The model, where the path names it.
    ///   - target: What the call is about, where the path says that; then no member of the body is volatile.
    ///   - isOneDocument: Whether a stream is asked for as one document, which nobody can read who asked for events.
    ///   - isSpoken: Whether a text begins as an answer of this job does.
    ///   - isIssued: Whether a text is an id that a provider gave away in an answer of this job.
    package init(
        _ format: WireFormat,
        connection: String,
        model: String?,
        target: String? = nil,
        isOneDocument: Bool = false,
        body: JSONObject,
        isSpoken: (String) -> Bool = { _ in false },
        isIssued: (String) -> Bool
    ) {
        var fields = body
        if target == nil { for key in Self.volatileKeys { fields[key] = nil } }
        var call: JSONObject = [
            "connection": .string(connection), "format": .string(format.rawValue),
            "model": model.map { .string($0) } ?? .null,
        ]
        if let target { call["target"] = .string(target) }
        // The other form has none of this: it is the usual one, and in the fingerprints of what is recorded.
        if isOneDocument { call["stream"] = "document" }
        fingerprint = Fingerprint(kind: .model, request: Self.joined(call, ["body": .object(fields)]), after: nil)
        guard let key = format.listKey else {
            lineage = nil
            head = Self.digest(Self.joined(call, ["body": .object(fields)]))
            return
        }
        let items = fields[key]?.arrayValue ?? fields[key].map { [$0] } ?? []
        fields[key] = nil
        let turns = Turns(items, format, isSpoken: isSpoken, isIssued: isIssued)
        // Server-held conversations are named in the other fields, which both digests cover.
        let others = Self.joined(call, ["fields": .object(fields)])
        lineage =
            turns.resultCount > 0 ? Self.digest(.array([others, .array(turns.withoutResults)])) : nil
        head = Self.digest(.array([others, .array(Array(items.prefix(turns.headCount)))]))
    }

    private static func joined(_ prefix: JSONObject, _ rest: JSONObject) -> JSONValue {
        var whole = prefix
        for (key, value) in rest { whole[key] = value }
        return .object(whole)
    }

    static func digest(_ json: JSONValue) -> SHA256Digest { SHA256.digest(of: json.encoded(.canonical)) }
}
