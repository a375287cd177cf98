import JobModel

/// What the provider's own log says of the calls with one tag.
struct Bill {
    /// How many different steps were asked for.
    let needed: Int
    /// How many answers the provider would charge for, by turn.
    let billedByTurn: [Int: Int]
    /// The tokens of an answer, by turn; the same each time.
    let tokensByTurn: [Int: Int]

    var billed: Int { billedByTurn.values.reduce(0, +) }

    init(reading path: String, tag: String) throws {
        var steps: Set<String> = []
        var billed: [Int: Int] = [:]
        var tokens: [Int: Int] = [:]
        for text in Fleet.read(path).split(separator: "\n") {
            let line = try JSONValue(parsing: String(text))
            guard line["tag"]?.stringValue == tag, let turn = line["turn"]?.integerValue.map({ Int($0) }) else {
                continue
            }
            steps.insert("\(turn) \(line["digest"]?.stringValue ?? "")")
            guard line["event"]?.stringValue == "answer", line["billed"]?.boolValue == true else { continue }
            billed[turn, default: 0] += 1
            tokens[turn] = line["usage"]?["total_tokens"]?.integerValue.map { Int($0) }
        }
        needed = steps.count
        billedByTurn = billed
        tokensByTurn = tokens
    }
}
