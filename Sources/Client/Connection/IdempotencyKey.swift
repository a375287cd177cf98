/// Names of submissions: the same one again is the same run.
enum IdempotencyKey {
    /// One that nobody else has, for a call of a command that was given none.
    static func fresh() -> String {
        let halves = [UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max)]
        return "chassis-" + halves.map { String($0, radix: 16) }.joined(separator: "-")
    }
}
