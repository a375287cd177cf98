import Digests
package import JobModel

/// What the model did in conversations that the provider keeps, of which a request holds only what is new.
///
/// The gateway has seen each answer, and what it goes on from: another answer, or a conversation.
package struct KeptTurns: Sendable {
    /// An answer that later requests may go on from.
    package struct Turn: Equatable, Sendable {
        /// Its own id.
        package var id: String
        /// The answer it goes on from.
        package var previous: String?
        /// The conversation that it stands in.
        package var conversation: String?
        /// The calls of tools that the model made in it: long ones by their digest, and many by one, too.
        ///
        /// Nil when they are not known, since it was answered before the model had made any.
        package var calls: [String]?

        /// Whether it was answered before it was made, so that what it costs is told when it is read.
        var isAwaited: Bool { calls == nil }
    }

    /// A call that is longer, in bytes, is known by its digest.
    private static let longestCall = 200
    /// Of a turn with more calls, the rest is known by one digest.
    private static let mostCalls = 32

    private var turns: [String: Turn] = [:]
    /// The answers of each conversation that this attempt has got, in their order.
    private var conversations: [String: [String]] = [:]
    /// Those that stand in a conversation's list already.
    private var answered: Set<String> = []

    package init() {}

    /// The turn that a request and its answer are; nil where nothing can go on from it.
    package static func turn(of body: JSONObject, _ format: WireFormat, id: String?, calls: [String]?) -> Turn? {
        guard format == .responses, let id else { return nil }
        return Turn(
            id: id,
            previous: body["previous_response_id"]?.stringValue,
            conversation: conversation(of: body),
            calls: calls.map(bounded)
        )
    }

    /// Makes a turn known that an attempt has recorded.
    package mutating func add(_ turn: Turn) { turns[turn.id] = turn }

    /// The program has got an answer; equal answers of one conversation are one.
    package mutating func answered(_ turn: Turn) {
        add(turn)
        guard let conversation = turn.conversation, answered.insert(turn.id).inserted else { return }
        conversations[conversation, default: []].append(turn.id)
    }

    /// The calls of each turn that made some, up to and with what a request says itself, since the model last answered without a call.
    package func calls(in body: JSONObject, _ format: WireFormat) -> [[String]] {
        let own = ModelTurns.turns(in: body, format)
        guard format == .responses else { return ModelTurns.row(of: own) }
        var kept: [[String]] = []
        if let conversation = Self.conversation(of: body) {
            kept = (conversations[conversation] ?? []).compactMap { turns[$0]?.calls }
        } else {
            var seen: Set<String> = []
            var next = body["previous_response_id"]?.stringValue
            while let id = next, seen.insert(id).inserted, let turn = turns[id] {
                if let calls = turn.calls { kept.append(calls) }
                next = turn.previous
            }
            kept.reverse()
        }
        guard !kept.isEmpty else { return ModelTurns.row(of: own) }
        return ModelTurns.row(of: kept + own.map(Self.bounded))
    }

    private static func conversation(of body: JSONObject) -> String? {
        body["conversation"].flatMap { $0.stringValue ?? $0["id"]?.stringValue }
    }

    private static func bounded(_ calls: [String]) -> [String] {
        let calls = calls.map { call in
            guard call.utf8.count > longestCall else { return call }
            return call.bounded(toBytes: longestCall / 2) + " " + SHA256.digest(of: call.utf8).hex
        }
        guard calls.count > mostCalls else { return calls }
        let rest = calls[(mostCalls - 1)...]
        let digest = SHA256.digest(of: JSONValue.array(rest.map { .string($0) }).encoded()).hex
        return calls.prefix(mostCalls - 1) + ["\(rest.count) more \(digest)"]
    }
}

extension KeptTurns.Turn {
    var json: JSONValue {
        var object: JSONObject = ["id": .string(id)]
        if let calls { object["calls"] = .array(calls.map { .string($0) }) }
        if let previous { object["previous"] = .string(previous) }
        if let conversation { object["conversation"] = .string(conversation) }
        return .object(object)
    }

    init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue else { return nil }
        self.init(
            id: id,
            previous: json["previous"]?.stringValue,
            conversation: json["conversation"]?.stringValue,
            calls: json["calls"]?.arrayValue?.compactMap(\.stringValue)
        )
    }
}
