/// The place of a step in its job's program.
///
/// | text      | the step                                                        |
/// | --------- | --------------------------------------------------------------- |
/// | `t0004`   | the fourth model turn                                           |
/// | `t0004.2` | the second tool call of the fourth turn                         |
/// | `fetch#2` | the second step a handler named `fetch`                         |
/// | `r3/…`    | the same in the third round of a job that is done round by round |
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

    private let place: Place
    /// The round of a job that is done round by round, counted from 1; of named steps, the name says it.
    private let round: Int

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
        switch place {
        case .turn, .toolCall: return StepPosition(place: place, round: round)
        case .named(let name, let occurrence):
            return try .step(named: "r\(round)/\(name)", occurrence: occurrence)
        }
    }

    /// The turn, of a turn or one of its tool calls; nil for a named step.
    package var turn: Int? {
        switch place {
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
        if text.utf8.first == UInt8(ascii: "r"), !text.utf8.contains(UInt8(ascii: "#")),
            let slash = text.firstIndex(of: "/"), let round = Self.count(text[..<slash].dropFirst()), round > 1,
            let place = Self.parse(String(text[text.index(after: slash)...]))
        {
            self.init(place: place, round: round)
        } else if let place = Self.parse(text) {
            self.init(place: place)
        } else {
            return nil
        }
        guard description == text else { return nil }
    }

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
        return switch place {
        case .turn(let turn): prefix + "t" + Padding.zeros(turn, width: 4)
        case .toolCall(let call, let turn): prefix + "t" + Padding.zeros(turn, width: 4) + ".\(call)"
        case .named(let name, let occurrence): "\(name)#\(occurrence)"
        }
    }
}

extension StepPosition: Comparable {
    package static func < (left: StepPosition, right: StepPosition) -> Bool {
        switch (left.place, right.place) {
        case (.named(let leftName, let leftOccurrence), .named(let rightName, let rightOccurrence)):
            (leftName, leftOccurrence) < (rightName, rightOccurrence)
        case (.named, _): false
        case (_, .named): true
        case _ where left.round != right.round: left.round < right.round
        case (.turn(let left), .turn(let right)): left < right
        case (.turn(let left), .toolCall(_, let right)): left <= right
        case (.toolCall(_, let left), .turn(let right)): left < right
        case (.toolCall(let leftCall, let leftTurn), .toolCall(let rightCall, let rightTurn)):
            (leftTurn, leftCall) < (rightTurn, rightCall)
        }
    }
}
