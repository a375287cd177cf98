/// The place of a step in its job's program.
///
/// | text      | the step                                                        |
/// | --------- | --------------------------------------------------------------- |
/// | `t0004`   | the fourth model turn                                           |
/// | `t0004.2` | the second tool call of the fourth turn                         |
/// | `fetch#2` | the second step a handler named `fetch`                         |
/// | `r3/…`    | the same in the third round of a job that is done round by round |
/// | `t0004.2/t0001` | the first turn of the agent that this tool call is        |
/// | `report#1/t0001` | the first turn of the agent that a handler named `report` |
///
/// Turns stand before named steps; a turn stands before its tool calls, and these before the next turn. Between steps
/// of different names the order says nothing.
package struct StepPosition: Hashable, Sendable {
    /// The longest name of a step, in bytes.
    package static let maximumNameLength = 100
    /// How many positions a text may hold between its slashes.
    static let maximumDepth = 16

    fileprivate enum Place: Hashable, Sendable {
        case turn(Int)
        case toolCall(Int, turn: Int)
        case named(String, Int)
    }

    /// The tool calls and named steps inside which it stands, the outermost first.
    ///
    /// A named step inside of tool calls has those in its name instead.
    private var path: [Place] = []
    private let place: Place
    /// The round of a job that is done round by round, counted from 1; where the text begins with a name, that says it.
    private var round: Int

    /// The n-th model turn.
    ///
    /// - Precondition: `turn` is at least 1.
    package static func turn(_ turn: Int) -> StepPosition {
        precondition(turn >= 1, "turns are counted from 1, got \(turn)")
        return StepPosition(place: .turn(turn))
    }

    /// The n-th tool call of a model turn.
    ///
    /// - Precondition: both are at least 1.
    package static func toolCall(_ call: Int, ofTurn turn: Int) -> StepPosition {
        precondition(turn >= 1 && call >= 1, "turns and calls are counted from 1, got turn \(turn), call \(call)")
        return StepPosition(place: .toolCall(call, turn: turn))
    }

    /// The n-th step of a name.
    ///
    /// - Parameter name: 1 to `maximumNameLength` letters, digits or `_ - . / :`, ASCII alone.
    /// - Throws: `CheckpointError.invalidPosition` for any other name.
    /// - Precondition: `occurrence` is at least 1.
    package static func step(
        named name: String,
        occurrence: Int = 1
    ) throws(CheckpointError) -> StepPosition {
        StepPosition(place: try named(name, occurrence))
    }

    private static func named(_ name: String, _ occurrence: Int) throws(CheckpointError) -> Place {
        precondition(occurrence >= 1, "the steps of a name are counted from 1, got \(occurrence)")
        guard isValid(name: name.utf8) else { throw .invalidPosition(name) }
        return .named(name, occurrence)
    }

    private init(path: [Place] = [], place: Place, round: Int = 1) {
        self.path = path
        self.place = place
        self.round = round
    }

    /// The same place in another round of a job that is done round by round; in the first, the place as it is.
    ///
    /// - Throws: `CheckpointError.invalidPosition` when the name of a named step becomes too long.
    /// - Precondition: `round` is at least 1.
    package func inRound(_ round: Int) throws(CheckpointError) -> StepPosition {
        precondition(round >= 1, "rounds are counted from 1, got \(round)")
        guard round > 1 else { return self }
        let prefix = "r\(round)/"
        if case .named(let name, let occurrence)? = path.first {
            // Inside of a step that stands in the round already, the round is said once.
            guard !name.hasPrefix(prefix) else { return self }
            return StepPosition(path: [try Self.named(prefix + name, occurrence)] + path.dropFirst(), place: place)
        }
        if case .named(let name, let occurrence) = place {
            return StepPosition(place: try Self.named(prefix + name, occurrence))
        }
        return StepPosition(path: path, place: place, round: round)
    }

    /// The same place in the program of an agent that is itself a tool call, or a step that a handler has named.
    ///
    /// - Throws: `CheckpointError.invalidPosition` for a named step whose name becomes too long.
    /// - Precondition: `outer` is no turn.
    package func inside(_ outer: StepPosition) throws(CheckpointError) -> StepPosition {
        if case .turn = outer.place { preconditionFailure("\(outer) is a turn, so no step stands inside of it") }
        let around = outer.path + [outer.place]
        guard case .named(let name, let occurrence) = place, path.isEmpty else {
            return StepPosition(path: around + path, place: place, round: round)
        }
        // The round is put before the whole.
        let kept = around.lastIndex(where: \.isNamed).map { Array(around[...$0]) } ?? []
        let calls = around[kept.count...].map { $0.description + "/" }.joined()
        return StepPosition(path: kept, place: try Self.named(calls + name, occurrence))
    }

    /// Whether it stands inside of another one, at whatever depth.
    package func isInside(_ outer: StepPosition) -> Bool { description.hasPrefix(outer.description + "/") }

    /// The turn, of a turn or one of its tool calls, the outermost; nil for a named step and what stands inside of one.
    package var turn: Int? {
        switch path.first ?? place {
        case .turn(let turn), .toolCall(_, let turn): turn
        case .named: nil
        }
    }

    /// Whether the order of the two positions means anything: both in turns, or both of one name, inside of the same.
    package func isComparable(with other: StepPosition) -> Bool {
        let (names, otherNames) = (namesAround, other.namesAround)
        guard names == otherNames else { return false }
        return switch (place, other.place) {
        case (.named(let name, _), .named(let otherName, _)): name == otherName
        case (.named, _), (_, .named): false
        case (.turn, _), (.toolCall, _): true
        }
    }

    /// How many of some positions, which are in their order, it comes behind: all but the last ones that it stands before.
    package func place(among others: some BidirectionalCollection<StepPosition>) -> Int {
        others.count - others.reversed().prefix { isComparable(with: $0) && self < $0 }.count
    }

    /// The named steps inside which it stands, with what these stand in.
    private var namesAround: ArraySlice<Place> {
        path.lastIndex(where: \.isNamed).map { path[...$0] } ?? []
    }

    private static func isValid(name: some Collection<UInt8>) -> Bool {
        !name.isEmpty && name.count <= maximumNameLength
            && name.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "/"), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }
}

extension StepPosition.Place {
    fileprivate var isNamed: Bool { if case .named = self { true } else { false } }

    fileprivate var description: String {
        switch self {
        case .turn(let turn): "t" + Padding.zeros(turn, width: 4)
        case .toolCall(let call, let turn): "t" + Padding.zeros(turn, width: 4) + ".\(call)"
        case .named(let name, let occurrence): "\(name)#\(occurrence)"
        }
    }
}

extension StepPosition: LosslessStringConvertible {
    /// The position that is written exactly so, or nil: one position has one text.
    package init?(_ text: String) {
        var path: [Place] = []
        var rest = Substring(text)
        while let mark = rest.utf8.firstIndex(of: UInt8(ascii: "#")) {
            let end = rest[mark...].utf8.firstIndex(of: UInt8(ascii: "/"))
            guard let place = Self.parse(rest[..<(end ?? rest.endIndex)]), path.count < Self.maximumDepth else {
                return nil
            }
            guard let end else {
                self.init(path: path, place: place)
                guard description == text else { return nil }
                return
            }
            path.append(place)
            rest = rest[rest.utf8.index(after: end)...]
        }
        var parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        var round = 1
        if path.isEmpty, parts.count > 1, parts[0].utf8.first == UInt8(ascii: "r") {
            guard let given = Self.count(parts.removeFirst().dropFirst()), given > 1 else { return nil }
            round = given
        }
        guard path.count + parts.count <= Self.maximumDepth, let place = parts.last.flatMap(Self.parse) else {
            return nil
        }
        for part in parts.dropLast() {
            guard case .toolCall(let number, let turn)? = Self.parse(part) else { return nil }
            path.append(.toolCall(number, turn: turn))
        }
        self.init(path: path, place: place, round: round)
        guard description == text else { return nil }
    }

    private static func parse(_ text: Substring) -> Place? {
        if let separator = text.utf8.lastIndex(of: UInt8(ascii: "#")) {
            let name = text[..<separator]
            guard isValid(name: name.utf8), let occurrence = count(text[text.utf8.index(after: separator)...]) else {
                return nil
            }
            return .named(String(name), occurrence)
        }
        guard text.utf8.first == UInt8(ascii: "t") else { return nil }
        let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        guard let turn = parts.first.flatMap(count) else { return nil }
        switch parts.count {
        case 1: return .turn(turn)
        case 2: return count(parts[1]).map { .toolCall($0, turn: turn) }
        default: return nil
        }
    }

    private static func count(_ digits: Substring) -> Int? { Int(digits).flatMap { $0 >= 1 ? $0 : nil } }

    /// The text that stands in records, rows and logs.
    package var description: String {
        (round > 1 ? "r\(round)/" : "") + (path + [place]).map(\.description).joined(separator: "/")
    }
}

extension StepPosition: Comparable {
    /// A part of what is compared: numbers stand before names.
    private enum Part: Comparable {
        case number(Int)
        case name(String, Int)
    }

    package static func < (left: StepPosition, right: StepPosition) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }

    /// The round, then turn, call, turn, call and so on, and names, from the outermost to the innermost.
    private var parts: [Part] {
        let parts = (path + [place]).flatMap { place -> [Part] in
            switch place {
            case .turn(let turn): [.number(turn)]
            case .toolCall(let call, let turn): [.number(turn), .number(call)]
            case .named(let name, let occurrence): [.name(name, occurrence)]
            }
        }
        if case .name? = parts.first { return parts }
        return [.number(round)] + parts
    }
}
