/// Patterns of JSON Schema by chance.
enum GeneratedPattern {
    private static let atoms = [
        "a", "b", ".", "\\d", "\\w", "\\s", "\\W", "[a-z]", "[^ab]", "[\\d_-]", "é", "\\u{1F600}", "\\x41", "^", "$",
        "\\b", "\\B", "[a-cb-dc-ed-f]",
    ]

    static func text(depth: Int, _ generator: inout SeededGenerator) -> String {
        guard depth > 0 else { return generator.pick(atoms) }
        func part() -> String { text(depth: depth - 1, &generator) }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return "(\(part()))\(generator.pick(["*", "+", "?", "*?", "{2}", "{0,3}", "{3,}", "{0,900}"]))"
        case 1: return "(?:\(part())|\(part()))"
        case 2: return "^\(part())$"
        case 3:
            return
                "[\(String(repeating: "a-", count: generator.oneIn(9) ? 300 : 2))b]{0,\(generator.pick([1, 9, 400]))}"
        default: return part() + part()
        }
    }
}
