/// Notices when an agent goes round in a circle: the same calls with the same arguments, turn after turn.
package struct CallLoops: Equatable, Sendable {
    /// Why an agent is stopped.
    package struct Fault: Equatable, Sendable {
        package let code: String
        package let message: String
    }

    /// The longest cycle that is noticed, in turns.
    package static let longestCycle = 8
    /// How much of the calls a message shows, in characters.
    private static let shown = 300

    private let repeated: Int
    private let cycles: Int
    /// The calls of the last turns, the latest last.
    private var turns: [[String]] = []

    /// - Parameters:
    ///   - repeated: How many times in a row the same calls may be made.
    ///   - cycles: How many times in a row a cycle of different calls may be made.
    package init(repeated: Int, cycles: Int) {
        self.repeated = repeated
        self.cycles = cycles
    }

    /// The calls of a turn are about to be made.
    ///
    /// - Returns: Why they must not be; nil when they may.
    package mutating func made(_ calls: [String]) -> Fault? {
        turns.append(calls)
        let most = max(repeated, cycles) + 1
        if turns.count > most * Self.longestCycle { turns.removeFirst(turns.count - most * Self.longestCycle) }
        if count(ofCycle: 1) > repeated {
            return Fault(
                code: "limit-repeated-calls",
                message: "the model made the same call \(count(ofCycle: 1)) times in a row: \(Self.text([calls])); "
                    + "limits.repeated_calls is \(repeated)"
            )
        }
        for length in 2...Self.longestCycle {
            // What is the same call again and again is no cycle.
            guard let cycle = lastTurns(length), Set(cycle).count > 1 else { continue }
            let count = count(ofCycle: length)
            guard count > cycles else { continue }
            return Fault(
                code: "limit-repeated-cycles",
                message: "the model made the same \(length) calls in turn \(count) times: \(Self.text(cycle)); "
                    + "limits.repeated_cycles is \(cycles)"
            )
        }
        return nil
    }

    private func lastTurns(_ count: Int) -> [[String]]? { turns.count < count ? nil : Array(turns.suffix(count)) }

    /// How many times in a row the last turns of this number were made.
    private func count(ofCycle length: Int) -> Int {
        guard let cycle = lastTurns(length) else { return 0 }
        var count = 1
        var end = turns.count - length
        while end >= length, Array(turns[end - length..<end]) == cycle {
            count += 1
            end -= length
        }
        return count
    }

    private static func text(_ turns: [[String]]) -> String {
        let text = turns.map { $0.joined(separator: ", ") }.joined(separator: "; then ")
        return text.count > shown ? text.prefix(shown) + " …" : text
    }
}
