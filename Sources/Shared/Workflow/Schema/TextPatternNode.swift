/// A part of a pattern.
indirect enum TextPatternNode: Sendable {
    case character(TextPattern.CharacterClass)
    case textStart, textEnd
    case wordBoundary(isThere: Bool)
    case sequence([TextPatternNode])
    case alternatives([TextPatternNode])
    /// `most` is nil where there is no end to it.
    case repetition(TextPatternNode, least: Int, most: Int?)
}

extension TextPattern.CharacterClass {
    /// What `\d` stands for.
    static let digit = Self(ranges: [0x30...0x39])
    /// What `\w` stands for.
    static let word = Self(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// What `\s` stands for.
    static let space = Self(ranges: [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// What `.` stands for.
    static let anyButLineEnd = Self(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)

    /// All characters that are not in the set, as ranges.
    var complement: [ClosedRange<UInt32>] {
        var complement: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { complement.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        return complement + [next...0x10FFFF]
    }
}
