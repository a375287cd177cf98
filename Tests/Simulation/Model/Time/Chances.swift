import TestSupport

/// What a history draws from its seed.
final class Chances: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    func percent(_ chance: Int) -> Bool { draw(0...99) < chance }

    func pick<Value>(_ values: [Value]) -> Value { values[draw(0...values.count - 1)] }

    /// Gives the generator to a decision that takes one.
    func with<Value>(_ body: (inout SeededGenerator) -> Value) -> Value { body(&generator) }
}
