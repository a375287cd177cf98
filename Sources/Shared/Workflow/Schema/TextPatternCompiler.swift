/// Turns a read pattern into the instructions of its automaton.
struct TextPatternCompiler {
    private var program: [TextPattern.Instruction] = []
    /// The parts compiled so far; repetitions of nothing take part in it though they give no instruction.
    private var parts = 0

    mutating func compile(_ node: TextPatternNode) throws(TextPatternError) -> [TextPattern.Instruction] {
        try emit(node)
        program.append(.match)
        return program
    }

    private mutating func add(_ instruction: TextPattern.Instruction) throws(TextPatternError) {
        guard program.count < TextPattern.maximumInstructions else {
            throw TextPatternError(reason: "is too large, its repetitions multiply")
        }
        program.append(instruction)
    }

    private mutating func emit(_ node: TextPatternNode) throws(TextPatternError) {
        parts += 1
        guard parts <= 10 * TextPattern.maximumInstructions else {
            throw TextPatternError(reason: "is too large, its repetitions multiply")
        }
        switch node {
        case .character(let set): try add(.character(set))
        case .textStart: try add(.textStart)
        case .textEnd: try add(.textEnd)
        case .wordBoundary(let isThere): try add(.wordBoundary(isThere: isThere))
        case .sequence(let nodes): for node in nodes { try emit(node) }
        case .alternatives(let nodes): try emit(alternatives: nodes)
        case .repetition(let node, let least, let most): try emit(node, least: least, most: most)
        }
    }

    private mutating func emit(alternatives nodes: [TextPatternNode]) throws(TextPatternError) {
        var ends: [Int] = []
        for (index, node) in nodes.enumerated() {
            guard index + 1 < nodes.count else {
                try emit(node)
                break
            }
            let split = program.count
            try add(.match)
            try emit(node)
            ends.append(program.count)
            try add(.match)
            program[split] = .split(split + 1, program.count)
        }
        for end in ends { program[end] = .jump(program.count) }
    }

    private mutating func emit(_ node: TextPatternNode, least: Int, most: Int?) throws(TextPatternError) {
        for _ in 0..<least { try emit(node) }
        guard let most else {
            let split = program.count
            try add(.match)
            try emit(node)
            try add(.jump(split))
            program[split] = .split(split + 1, program.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(program.count)
            try add(.match)
            try emit(node)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
    }
}
