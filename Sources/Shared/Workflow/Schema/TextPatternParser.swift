/// A recursive-descent reader of patterns; its depth is bounded, so its stack is too.
struct TextPatternParser {
    /// The largest count in braces.
    private static let maximumCount = 1_000

    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var depth = 0

    init(_ source: String) throws(TextPatternError) {
        scalars = Array(source.unicodeScalars)
        guard scalars.count <= TextPattern.maximumLength else {
            throw TextPatternError(reason: "is longer than \(TextPattern.maximumLength) characters")
        }
    }

    mutating func parse() throws(TextPatternError) -> TextPatternNode {
        let node = try parseAlternatives()
        guard current == nil else { throw TextPatternError(reason: "has a ) without (") }
        return node
    }

    private var current: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[at...].starts(with: text.unicodeScalars) else { return false }
        at += text.unicodeScalars.count
        return true
    }

    private mutating func parseAlternatives() throws(TextPatternError) -> TextPatternNode {
        depth += 1
        guard depth <= TextPattern.maximumNesting else {
            throw TextPatternError(reason: "is nested deeper than \(TextPattern.maximumNesting)")
        }
        var branches = [try parseSequence()]
        while take("|") { branches.append(try parseSequence()) }
        depth -= 1
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func parseSequence() throws(TextPatternError) -> TextPatternNode {
        var nodes: [TextPatternNode] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let atom = try parseAtom()
            nodes.append(try parseQuantifier(of: atom))
        }
        return .sequence(nodes)
    }

    // MARK: Quantifiers

    private mutating func parseQuantifier(of atom: TextPatternNode) throws(TextPatternError) -> TextPatternNode {
        let bounds: (Int, Int?)
        switch current {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{": bounds = try parseBraces()
        default: return atom
        }
        at += 1
        _ = take("?")
        if let next = current, ["*", "+", "?", "{"].contains(next) {
            throw TextPatternError(reason: "has \(next) behind a quantifier")
        }
        return .repetition(atom, least: bounds.0, most: bounds.1)
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` up to the closing brace.
    private mutating func parseBraces() throws(TextPatternError) -> (Int, Int?) {
        at += 1
        guard let least = try parseCount() else {
            throw TextPatternError(reason: "has a { without a count, as a character it is written \\{")
        }
        var most: Int? = least
        if take(",") { most = try parseCount() }
        guard current == "}" else { throw TextPatternError(reason: "has a { that is not closed") }
        guard most ?? least >= least else { throw TextPatternError(reason: "has a count that ends before it begins") }
        return (least, most)
    }

    private mutating func parseCount() throws(TextPatternError) -> Int? {
        var count: Int?
        while let digit = current, ("0"..."9").contains(digit) {
            count = (count ?? 0) * 10 + Int(digit.value - 0x30)
            at += 1
            guard count ?? 0 <= Self.maximumCount else {
                throw TextPatternError(reason: "counts further than \(Self.maximumCount)")
            }
        }
        return count
    }

    // MARK: Atoms

    private mutating func parseAtom() throws(TextPatternError) -> TextPatternNode {
        guard let scalar = current else { return .sequence([]) }
        at += 1
        switch scalar {
        case "^": return .textStart
        case "$": return .textEnd
        case ".": return .character(.anyButLineEnd)
        case "[": return .character(try parseClass())
        case "(": return try parseGroup()
        case "\\": return try parseEscape()
        case "*", "+", "?", "{": throw TextPatternError(reason: "has \(scalar) with nothing to repeat before it")
        default: return .character(TextPattern.CharacterClass(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func parseGroup() throws(TextPatternError) -> TextPatternNode {
        if take("?") {
            guard take(":") else {
                throw TextPatternError(
                    reason: "has a group (?…) that is not (?:…); look-arounds and names are not known"
                )
            }
        }
        let node = try parseAlternatives()
        guard take(")") else { throw TextPatternError(reason: "has a ( that is not closed") }
        return node
    }

    private mutating func parseEscape() throws(TextPatternError) -> TextPatternNode {
        if take("b") { return .wordBoundary(isThere: true) }
        if take("B") { return .wordBoundary(isThere: false) }
        return .character(TextPattern.CharacterClass(ranges: try parseEscapedClass()))
    }

    /// Reads what stands behind a backslash, inside a class or outside.
    private mutating func parseEscapedClass() throws(TextPatternError) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw TextPatternError(reason: "ends with a backslash") }
        at += 1
        switch scalar {
        case "d": return TextPattern.CharacterClass.digit.ranges
        case "D": return TextPattern.CharacterClass.digit.complement
        case "w": return TextPattern.CharacterClass.word.ranges
        case "W": return TextPattern.CharacterClass.word.complement
        case "s": return TextPattern.CharacterClass.space.ranges
        case "S": return TextPattern.CharacterClass.space.complement
        default:
            let value = try parseEscapedScalar(scalar)
            return [value...value]
        }
    }

    private mutating func parseEscapedScalar(_ scalar: Unicode.Scalar) throws(TextPatternError) -> UInt32 {
        switch scalar {
        case "n": return 0x0A
        case "t": return 0x09
        case "r": return 0x0D
        case "f": return 0x0C
        case "v": return 0x0B
        case "0": return 0
        case "x": return try parseHexadecimal(digits: 2)
        case "u" where take("{"):
            var value: UInt32 = 0
            var count = 0
            while !take("}") {
                value = value << 4 | (try parseHexadecimal(digits: 1))
                count += 1
                guard count <= 6 else { throw TextPatternError(reason: "has a \\u{…} of more than six digits") }
            }
            return value
        case "u": return try parseHexadecimal(digits: 4)
        case "a"..."z", "A"..."Z", "1"..."9":
            throw TextPatternError(reason: "has \\\(scalar), which is not known")
        default: return scalar.value
        }
    }

    private mutating func parseHexadecimal(digits: Int) throws(TextPatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = current.flatMap({ Character($0).hexDigitValue }) else {
                throw TextPatternError(reason: "has an escape without enough hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    // MARK: Classes

    private mutating func parseClass() throws(TextPatternError) -> TextPattern.CharacterClass {
        var set = TextPattern.CharacterClass()
        set.isNegated = take("^")
        while !take("]") {
            let first = try parseClassMember()
            let isRange = current == "-" && at + 1 < scalars.count && scalars[at + 1] != "]"
            guard isRange else {
                set.ranges += first
                continue
            }
            at += 1
            let last = try parseClassMember()
            guard let low = Self.single(first), let high = Self.single(last), low <= high else {
                throw TextPatternError(reason: "has a range in […] that does not go from a lower to a higher character")
            }
            set.ranges.append(low...high)
        }
        return set.compacted
    }

    private mutating func parseClassMember() throws(TextPatternError) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw TextPatternError(reason: "has a [ that is not closed") }
        at += 1
        guard scalar == "\\" else { return [scalar.value...scalar.value] }
        if take("b") { return [0x08...0x08] }
        return try parseEscapedClass()
    }

    private static func single(_ ranges: [ClosedRange<UInt32>]) -> UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
