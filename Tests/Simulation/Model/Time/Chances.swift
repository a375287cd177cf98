import TestSupport

/// What a history draws from its seed.
final class Chances: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    private let seed: UInt64
    private var generator: SeededGenerator

    /// Another source that follows from the same seed.
    ///
    /// What is drawn from it changes nothing in what this one gives, so a seed keeps its meaning where a fault that was added
    /// later does not come.
    private(set) lazy var apart = Chances(seed: seed ^ 0x5DEE_CE66_D6C1_9B47)
    /// A third one, for what happens to the server.
    private(set) lazy var ofServer = Chances(seed: seed ^ 0x2545_F491_4F6C_DD1D)

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
    }

    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    func percent(_ chance: Int) -> Bool { draw(0...99) < chance }

    func pick<Value>(_ values: [Value]) -> Value { values[draw(0...values.count - 1)] }

    /// Gives the generator to a decision that takes one.
    func with<Value>(_ body: (inout SeededGenerator) -> Value) -> Value { body(&generator) }
}
