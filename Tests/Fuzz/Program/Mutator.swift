/// Changes inputs: bytes, words, lines, numbers, repetitions, and pieces of other inputs.
struct Mutator {
    /// The longest input, in bytes; the largest workflow file, and the longest line of a journal, are of 1 MiB.
    static let maximumBytes = 1_200_000

    private static let numbers = [
        "0", "-1", "1", "127", "128", "255", "256", "65535", "65536", "2147483648", "4294967296", "9007199254740993",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308", "1e309", "1e-400", "-0.0", "00",
    ]
    private static let bytes: [[UInt8]] = [
        [0], [0x0A], [0x0D], [0x0D, 0x0A], [0x09], [0x1F], [0x7F], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF],
        [0xEF, 0xBB, 0xBF], [0xF0, 0x9F, 0x98, 0x80], [0xCC, 0x81], [0xE2, 0x80, 0xA8], [0xC2, 0x85],
        [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
    ]

    private let words: [[UInt8]]

    init(words: [String]) {
        self.words = (words + Self.numbers).map { Array($0.utf8) } + Self.bytes
    }

    func mutate(_ input: inout [UInt8], others: [[UInt8]], _ generator: inout SeededGenerator) {
        let place = Int.random(in: 0...input.count, using: &generator)
        let length = min(input.count - place, Int.random(in: 0...(generator.oneIn(8) ? 400 : 12), using: &generator))
        let range = place..<(place + length)
        switch Int.random(in: 0..<11, using: &generator) {
        case 0: input.removeSubrange(range)
        case 1: input.insert(contentsOf: generator.pick(words), at: place)
        case 2: input.replaceSubrange(range, with: generator.pick(words))
        case 3: if place < input.count { input[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
        case 4: input.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 5: input.insert(contentsOf: Array(input[range]), at: Int.random(in: 0...input.count, using: &generator))
        case 6: splice(from: generator.pick(others), into: &input, range, &generator)
        case 7: repeatPiece(of: &input, at: range, &generator)
        case 8: changeLine(of: &input, at: place, &generator)
        case 9: changeNumber(of: &input, from: place, &generator)
        default: input = Array(input.prefix(place)) + generator.pick(others).suffix(length)
        }
    }

    private func splice(
        from other: [UInt8],
        into input: inout [UInt8],
        _ range: Range<Int>,
        _ generator: inout SeededGenerator
    ) {
        let start = Int.random(in: 0...other.count, using: &generator)
        input.replaceSubrange(range, with: other[start...].prefix(generator.oneIn(4) ? other.count : 60))
    }

    private func repeatPiece(of input: inout [UInt8], at range: Range<Int>, _ generator: inout SeededGenerator) {
        let piece = range.isEmpty || generator.oneIn(2) ? generator.pick(words) : Array(input[range])
        guard !piece.isEmpty else { return }
        let most = generator.oneIn(60) ? Self.maximumBytes : generator.oneIn(8) ? 20_000 : 600
        let count = Int.random(in: 1...max(1, most / piece.count), using: &generator)
        input.insert(contentsOf: Array(repeatElement(piece, count: count).joined()), at: range.lowerBound)
    }

    /// Removes, doubles or moves a line.
    private func changeLine(of input: inout [UInt8], at place: Int, _ generator: inout SeededGenerator) {
        let start = input[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = input[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? input.count
        let line = Array(input[start..<end])
        if !generator.oneIn(3) { input.removeSubrange(start..<end) }
        if !generator.oneIn(3) {
            let target = Int.random(in: 0...input.count, using: &generator)
            input.insert(contentsOf: line, at: input[target...].firstIndex(of: 0x0A).map { $0 + 1 } ?? input.count)
        }
    }

    private func changeNumber(of input: inout [UInt8], from place: Int, _ generator: inout SeededGenerator) {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let start = input[place...].firstIndex(where: isDigit) else { return }
        let end = input[start...].firstIndex { !isDigit($0) } ?? input.count
        input.replaceSubrange(start..<end, with: Array(generator.pick(Self.numbers).utf8))
    }
}
