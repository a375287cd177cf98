/// The place of a step in its job's program.
///
/// | text      | the step                                                        |
/// | --------- | --------------------------------------------------------------- |
/// | `t0004`   | the fourth model turn                                           |
/// | `t0004.2` | the second tool call of the fourth turn                         |
/// | `fetch#2` | the second step a handler named `fetch`                         |
/// | `r3/…`    | the same in the third round of a job that is done round by round |
/// | `t0004.2/t0001` | the first turn of the agent that this tool call is        |
///
/// Turns stand before named steps; a turn stands before its tool calls, and these before the next turn. Between steps
/// of different names the order says nothing.
package struct StepPosition: Hashable, Sendable {
    /// The longest name of a step, in bytes.
    package static let maximumNameLength = 100

    private enum Place: Hashable, Sendable {
        case turn(Int)
        case toolCall(Int, turn: Int)
        case named(String, Int)
    }

    /// The tool calls inside which it stands, the outermost first; a named step has them in its name.
    private var path: [Call] = []
    private let place: Place
    /// The round of a job that is done round by round, counted from 1; of named steps, the name says it.
    private var round: Int

    private struct Call: Hashable, Sendable {
        let turn: Int
        let number: Int
    }

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
        precondition(occurrence >= 1, "the steps of a name are counted from 1, got \(occurrence)")
        guard isValid(name: name.utf8) else { throw .invalidPosition(name) }
        return StepPosition(place: .named(name, occurrence))
    }

    private init(place: Place, round: Int = 1) {
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
        if case .named(let name, let occurrence) = place {
            return try .step(named: "r\(round)/\(name)", occurrence: occurrence)
        }
        var position = self
        position.round = round
        return position
    }

    /// The same place in the program of an agent that is itself a tool call.
    ///
    /// - Throws: `CheckpointError.invalidPosition` for a named step whose name becomes too long.
    /// - Precondition: `call` is a tool call.
    package func inside(_ call: StepPosition) throws(CheckpointError) -> StepPosition {
        guard case .toolCall(let number, let turn) = call.place else {
            preconditionFailure("\(call) is no tool call, so no step stands inside of it")
        }
        if case .named(let name, let occurrence) = place {
            // The round is put before the whole.
            var call = call
            call.round = 1
            return try .step(named: "\(call)/\(name)", occurrence: occurrence)
        }
        var position = self
        position.path = call.path + [Call(turn: turn, number: number)] + path
        return position
    }

    /// The turn, of a turn or one of its tool calls, the outermost; nil for a named step.
    package var turn: Int? {
        if let outermost = path.first { return outermost.turn }
        return switch place {
        case .turn(let turn), .toolCall(_, let turn): turn
        case .named: nil
        }
    }

    /// Whether the order of the two positions means anything: both in turns, or both of one name.
    func isComparable(with other: StepPosition) -> Bool {
        switch (place, other.place) {
        case (.named(let name, _), .named(let otherName, _)): name == otherName
        case (.named, _), (_, .named): false
        case (.turn, _), (.toolCall, _): true
        }
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

extension StepPosition: LosslessStringConvertible {
    /// The position that is written exactly so, or nil: one position has one text.
    package init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: "#")) {
            guard let place = Self.parse(text) else { return nil }
            self.init(place: place)
        } else {
            var parts = text.split(separator: "/", omittingEmptySubsequences: false)
            var round = 1
            if parts.count > 1, parts[0].utf8.first == UInt8(ascii: "r") {
                guard let given = Self.count(parts.removeFirst().dropFirst()), given > 1 else { return nil }
                round = given
            }
            guard parts.count <= Self.maximumDepth, let last = parts.last, let place = Self.parse(String(last)) else {
                return nil
            }
            self.init(place: place, round: round)
            for part in parts.dropLast() {
                guard case .toolCall(let number, let turn)? = Self.parse(String(part)) else { return nil }
                path.append(Call(turn: turn, number: number))
            }
        }
        guard description == text else { return nil }
    }

    /// How many positions a text may hold between its slashes.
    private static let maximumDepth = 16

    private static func parse(_ text: String) -> Place? {
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
        let prefix = round > 1 ? "r\(round)/" : ""
        let around = prefix + path.map { Self.text(ofCall: $0.number, turn: $0.turn) + "/" }.joined()
        return switch place {
        case .turn(let turn): around + "t" + Padding.zeros(turn, width: 4)
        case .toolCall(let call, let turn): around + Self.text(ofCall: call, turn: turn)
        case .named(let name, let occurrence): "\(name)#\(occurrence)"
        }
    }

    private static func text(ofCall call: Int, turn: Int) -> String { "t" + Padding.zeros(turn, width: 4) + ".\(call)" }
}

extension StepPosition: Comparable {
    package static func < (left: StepPosition, right: StepPosition) -> Bool {
        switch (left.place, right.place) {
        case (.named(let leftName, let leftOccurrence), .named(let rightName, let rightOccurrence)):
            (leftName, leftOccurrence) < (rightName, rightOccurrence)
        case (.named, _): false
        case (_, .named): true
        case _ where left.round != right.round: left.round < right.round
        case (.turn, _), (.toolCall, _): left.numbers.lexicographicallyPrecedes(right.numbers)
        }
    }

    /// Turn, call, turn, call and so on, from the outermost to the innermost.
    private var numbers: [Int] {
        let around = path.flatMap { [$0.turn, $0.number] }
        return switch place {
        case .turn(let turn): around + [turn]
        case .toolCall(let call, let turn): around + [turn, call]
        case .named: around
        }
    }
}
