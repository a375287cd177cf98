package import Checkpoints
import Digests

/// Finds out whether a request was answered before.
///
/// It knows the calls that earlier attempts recorded and those of this one. A request is first looked for as it is
/// (exact), then by the answers it goes on from (lineage, drifted), else it is a new call (live). Each recorded call
/// is served once an attempt, in the order in which they were made, so that equal requests get their own answers; an
/// answer that did not reach its client whole is served again. A request whose equal is under way, and whose client
/// has gone or which says itself that it is a retry, joins that call; where the client has gone, so does one that would be
/// served the answer by lineage once that is recorded.
package struct CallMatcher: Sendable {
    /// What is known of a call.
    package struct Known: Equatable, Sendable {
        package var position: StepPosition
        package var identity: CallIdentity
        /// Whether an earlier attempt made it.
        package var isInherited: Bool

        package init(position: StepPosition, identity: CallIdentity, isInherited: Bool) {
            self.position = position
            self.identity = identity
            self.isInherited = isInherited
        }
    }

    package enum Decision: Equatable, Sendable {
        /// The call at the position is recorded; its answer is to be served.
        case serve(StepPosition, isDrifted: Bool)
        /// The call at the position is under way; its answer is to be shared.
        case join(StepPosition, isDrifted: Bool = false)
        /// Nobody has made the call.
        case call(StepPosition, isDiverged: Bool)

        package var position: StepPosition {
            switch self {
            case .serve(let position, _), .join(let position, _), .call(let position, _): position
            }
        }
    }

    private enum State: Equatable, Sendable {
        case underWay(clients: Int)
        /// Recorded; whether a client of this attempt has got it, or is getting it.
        case recorded(isServed: Bool)
        /// It failed: its position is free for the same request.
        case failed
    }

    private struct Entry: Sendable {
        let known: Known
        var state: State
        /// How often it failed in this attempt.
        var failures = 0
    }

    private var entries: [Entry] = []
    private var places: [StepPosition: Int] = [:]
    private var exact: [Fingerprint: [Int]] = [:]
    private var lineages: [SHA256Digest: [Int]] = [:]
    private var heads: [SHA256Digest: [Int]] = [:]

    package init() {}

    /// Adds a call that an earlier attempt recorded.
    package mutating func inherited(_ known: Known) { add(known, .recorded(isServed: false)) }

    /// Adds a call whose outcome is unknown: the same request takes its place, and so its idempotency key.
    package mutating func inheritedUnknown(_ position: StepPosition, _ fingerprint: Fingerprint) {
        let identity = CallIdentity(fingerprint: fingerprint, lineage: nil, head: fingerprint.digest)
        add(Known(position: position, identity: identity, isInherited: true), .failed)
    }

    /// A request has come.
    ///
    /// - Parameters:
    ///   - retry: The how manieth time the client asks again, as it says; 0 for the first time.
    ///   - newPosition: Where a new call would stand.
    package mutating func arrived(
        _ identity: CallIdentity,
        retry: Int,
        newPosition: () -> StepPosition
    ) -> Decision {
        let isRetry = retry > 0
        let equals = exact[identity.fingerprint] ?? []
        if let index = equals.first(where: { entries[$0].state == .recorded(isServed: false) }) {
            return serve(index, isDrifted: false)
        }
        // Of equal calls at once, one that failed is asked again by its own client, which shares no other's answer.
        if isRetry, let index = equals.first(where: { entries[$0].state == .failed && entries[$0].failures == retry }) {
            entries[index].state = .underWay(clients: 1)
            return .call(entries[index].known.position, isDiverged: false)
        }
        for index in equals {
            guard case .underWay(let clients) = entries[index].state, clients == 0 || isRetry else { continue }
            entries[index].state = .underWay(clients: clients + 1)
            return .join(entries[index].known.position)
        }
        // The client has not got what was sent to it.
        if isRetry, let index = equals.last(where: { entries[$0].state == .recorded(isServed: true) }) {
            return serve(index, isDrifted: false)
        }
        let kin = identity.lineage.flatMap { lineages[$0] } ?? []
        if let index = kin.first(where: { entries[$0].state == .recorded(isServed: false) }) {
            return serve(index, isDrifted: true)
        }
        // As if it were recorded already: it will be paid for, and nobody else waits for it.
        if let index = kin.first(where: { entries[$0].state == .underWay(clients: 0) }) {
            entries[index].state = .underWay(clients: 1)
            return .join(entries[index].known.position, isDrifted: true)
        }
        let isDiverged = (heads[identity.head] ?? []).contains { index in
            entries[index].known.isInherited && entries[index].state == .recorded(isServed: false)
        }
        if let index = equals.first(where: { entries[$0].state == .failed }) {
            entries[index].state = .underWay(clients: 1)
            return .call(entries[index].known.position, isDiverged: isDiverged)
        }
        let position = newPosition()
        add(Known(position: position, identity: identity, isInherited: false), .underWay(clients: 1))
        return .call(position, isDiverged: isDiverged)
    }

    /// Whether a request would be a new call although its equal, or one of its lineage, is under way, for a client that may just
    /// have gone.
    package func isBesideAnEqual(_ identity: CallIdentity) -> Bool {
        let equals = (exact[identity.fingerprint] ?? []).map { entries[$0].state }
        guard !Self.isFree(equals) else { return false }
        if Self.isTaken(equals) { return true }
        let kin = (identity.lineage.flatMap { lineages[$0] } ?? []).map { entries[$0].state }
        return Self.isTaken(kin) && !Self.isFree(kin)
    }

    /// Whether one of them would be served or shared.
    private static func isFree(_ states: [State]) -> Bool {
        states.contains(.recorded(isServed: false)) || states.contains(.underWay(clients: 0))
    }

    private static func isTaken(_ states: [State]) -> Bool {
        states.contains { if case .underWay(let clients) = $0 { clients > 0 } else { false } }
    }

    /// The answer of a call is durable.
    package mutating func recorded(_ position: StepPosition) {
        change(position) { state in
            // Whoever waits for it now gets it.
            if case .underWay(let clients) = state { state = .recorded(isServed: clients > 0) }
        }
    }

    /// A call ended without an answer.
    package mutating func failed(_ position: StepPosition) {
        change(position) { $0 = .failed }
        if let index = places[position] { entries[index].failures += 1 }
    }

    /// A client went away, or was cut off, before it had the whole answer.
    package mutating func clientLeft(_ position: StepPosition) {
        change(position) { state in
            switch state {
            case .underWay(let clients): state = .underWay(clients: max(0, clients - 1))
            case .recorded: state = .recorded(isServed: false)
            case .failed: break
            }
        }
    }

    /// The answer of a call was passed on, and is recorded behind that; false when the call is being made once more.
    package mutating func keeps(_ position: StepPosition) -> Bool {
        var keeps = false
        change(position) { state in
            guard state == .failed else { return }
            state = .recorded(isServed: true)
            keeps = true
        }
        return keeps
    }

    /// A record that was served stands for another call, too.
    package mutating func goesOn(_ position: StepPosition) {
        change(position) { if case .recorded = $0 { $0 = .recorded(isServed: false) } }
    }

    /// Nothing that a record stands for will be asked for any more.
    package mutating func passed(_ position: StepPosition) {
        change(position) { if case .recorded = $0 { $0 = .recorded(isServed: true) } }
    }

    /// The record of a call cannot be read: it is as if the call had not been made, unless it is being made again since another client has
    /// found that out.
    package mutating func lost(_ position: StepPosition) {
        change(position) { if case .recorded = $0 { $0 = .failed } }
    }

    /// How many calls that earlier attempts recorded no client of this one has asked for.
    package var unaskedCount: Int {
        entries.count { $0.known.isInherited && $0.state == .recorded(isServed: false) }
    }

    private mutating func serve(_ index: Int, isDrifted: Bool) -> Decision {
        entries[index].state = .recorded(isServed: true)
        return .serve(entries[index].known.position, isDrifted: isDrifted)
    }

    private mutating func change(_ position: StepPosition, _ body: (inout State) -> Void) {
        guard let index = places[position] else { preconditionFailure("no call at \(position)") }
        body(&entries[index].state)
    }

    /// Adds an entry to equal ones, in the order in which they were made: calls at once are recorded in another one.
    private static func insert(_ index: Int, of entries: [Entry], into equals: inout [Int]) {
        let place = entries[index].known.position.place(among: equals.lazy.map { entries[$0].known.position })
        equals.insert(index, at: place)
    }

    private mutating func add(_ known: Known, _ state: State) {
        let index = entries.count
        entries.append(Entry(known: known, state: state))
        places[known.position] = index
        Self.insert(index, of: entries, into: &exact[known.identity.fingerprint, default: []])
        if let lineage = known.identity.lineage {
            Self.insert(index, of: entries, into: &lineages[lineage, default: []])
        }
        heads[known.identity.head, default: []].append(index)
    }
}
