/// Expressions by chance, most of them right.
enum GeneratedExpression {
    private static let values = [
        "1", "-2.5", "'x'", "\"y\"", "true", "false", "null", "params.a", "params.s", "params.n", "params.l",
        "params.o",
        "params.o.x.y[0]", "params.big", "params.t", "jobs.a.output", "jobs.a.output.b[1]", "run.id", "run.workflow",
    ]

    static func text(depth: Int, _ generator: inout SeededGenerator) -> String {
        guard depth > 0 else { return generator.pick(values) }
        func part() -> String { text(depth: depth - Int.random(in: 1...3, using: &generator), &generator) }
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: return "!(\(part()))"
        case 1: return "(\(part()) \(generator.pick(["==", "!=", "<", "<=", ">", ">="])) \(part()))"
        case 2: return "(\(part()) && \(part()))"
        case 3: return "(\(part()) || \(part()))"
        case 4: return "\(generator.pick(["length", "json", "lower", "upper"]))(\(part()))"
        case 5:
            let name = generator.pick(["contains", "default", "join", "starts_with", "ends_with"])
            return "\(name)(\(part()), \(part()))"
        case 6: return "(\(part()))[\(part())]"
        case 7: return "(\(part())).x"
        default: return generator.pick(values)
        }
    }
}
