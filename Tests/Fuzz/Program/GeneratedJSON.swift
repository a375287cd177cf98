import JobModel

/// JSON values by chance.
enum GeneratedJSON {
    private static let texts = [
        "", "a", "b", "name", "é", "e\u{301}", "😀", "\u{0}", "\"", "\\", "a/b", "~0", "x\ny", "1", "true", "\u{2028}",
    ]

    static func value(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(generator.oneIn(2))
        case 2:
            return .integer(
                generator.oneIn(2) ? Int64.random(in: -5...5, using: &generator) : Int64(bitPattern: generator.next())
            )
        case 3: return number(&generator)
        case 4, 5: return .string(generator.pick(texts))
        case 6:
            return .array(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in value(depth: depth - 1, &generator) }
            )
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                object[generator.pick(texts)] = value(depth: depth - 1, &generator)
            }
            return .object(object)
        }
    }

    private static func number(_ generator: inout SeededGenerator) -> JSONValue {
        let double = Double(bitPattern: generator.next())
        return .number(generator.oneIn(2) && double.isFinite ? double : Double.random(in: -9...9, using: &generator))
    }
}
