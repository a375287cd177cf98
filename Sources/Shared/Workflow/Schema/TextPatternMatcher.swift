/// Runs all ways through a pattern's automaton at once, one character after the other.
struct TextPatternMatcher {
    private let program: [TextPattern.Instruction]
    private let subject: [Unicode.Scalar]
    /// The round in which an instruction was last reached, so that it is reached once a round.
    private var rounds: [Int]

    init(program: [TextPattern.Instruction], subject: [Unicode.Scalar]) {
        self.program = program
        self.subject = subject
        rounds = [Int](repeating: -1, count: program.count)
    }

    /// Whether the pattern matches somewhere in the subject.
    mutating func matches() -> Bool {
        var current: [Int] = []
        for at in 0...subject.count {
            if reach(current + [0], at: at, into: &current) { return true }
            guard at < subject.count else { break }
            current = current.compactMap { place in
                guard case .character(let set) = program[place], set.contains(subject[at]) else { return nil }
                return place + 1
            }
        }
        return false
    }

    /// Follows the instructions that take no character; whether one of them is the end of the pattern.
    private mutating func reach(_ starts: [Int], at position: Int, into reached: inout [Int]) -> Bool {
        reached = []
        var open = starts
        while let place = open.popLast() {
            guard rounds[place] != position else { continue }
            rounds[place] = position
            switch program[place] {
            case .match: return true
            case .character: reached.append(place)
            case .jump(let target): open.append(target)
            case .split(let first, let second): open += [first, second]
            case .textStart: if position == 0 { open.append(place + 1) }
            case .textEnd: if position == subject.count { open.append(place + 1) }
            case .wordBoundary(let isThere): if isBoundary(position) == isThere { open.append(place + 1) }
            }
        }
        return false
    }

    private func isBoundary(_ position: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            subject.indices.contains(index) && TextPattern.CharacterClass.word.contains(subject[index])
        }
        return isWord(position - 1) != isWord(position)
    }
}
