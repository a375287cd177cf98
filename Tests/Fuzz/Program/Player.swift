import Glibc

/// Makes inputs and reads them, in a process that may break.
struct Player {
    /// The most inputs that are kept to be mutated.
    private static let maximumKept = 4_000
    /// Larger ones are not kept: they would make all that come of them slow.
    private static let maximumKeptBytes = 20_000

    let target: FuzzTarget
    let slot: Slot
    let limits: Limits

    /// Reads inputs for some time of the processor, those of the corpus first.
    func play(seed: UInt64, seconds: Int, corpus: [[UInt8]]) async throws {
        limits.limitMemory()
        var generator = SeededGenerator(seed: seed)
        let mutator = Mutator(words: target.words)
        var kept: [[UInt8]] = []
        var outcomes: Set<String> = []
        for input in target.seeds() + corpus {
            outcomes.insert(try await read(input))
            if input.count < Self.maximumKeptBytes { kept.append(input) }
        }
        // What broke a parser once may take a second; the time is for inputs by chance.
        let end = Limits.processorTime + seconds * 1_000_000
        while Limits.processorTime < end {
            var input = generator.pick(kept)
            var changes = Int.random(in: 1...6, using: &generator)
            if let generate = target.generate, generator.oneIn(3) {
                input = generate(&generator)
                changes = generator.oneIn(2) ? 0 : 1
            }
            for _ in 0..<changes { mutator.mutate(&input, others: kept, &generator) }
            if input.count > Mutator.maximumBytes { input.removeSubrange(Mutator.maximumBytes...) }
            if outcomes.insert(try await read(input)).inserted {
                slot.outcomes = outcomes.count
                if kept.count < Self.maximumKept, input.count < Self.maximumKeptBytes { kept.append(input) }
            }
        }
    }

    /// Reads one input.
    func read(_ input: [UInt8]) async throws -> String {
        slot.input = input
        limits.beginInput()
        let began = Limits.processorTime
        let outcome = try await target.read(input)
        slot.slowest = max(slot.slowest, Limits.processorTime - began)
        slot.count += 1
        return outcome
    }
}
