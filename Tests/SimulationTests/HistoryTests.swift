import Simulation
import Testing

/// `Tests/Simulation/run` runs more of them, on release builds; here a few are looked at.
@Suite(.timeLimit(.minutes(5))) struct HistoryTests {
    private static let names = History.Names()

    /// Seeds that found something; see docs/reliability.md.
    private static let found: [UInt64] = []

    @Test func allIsWellWhateverHappens() {
        for seed in Array(1...150) + Self.found {
            let violations = History(seed: seed, names: Self.names).run()
            if !violations.isEmpty {
                let history = History(seed: seed, names: Self.names, isTraced: true)
                _ = history.run()
                Issue.record(
                    "seed \(seed): \(violations.joined(separator: "; "))\n\(history.trace.joined(separator: "\n"))"
                )
                return
            }
        }
    }

    @Test func aHistoryFollowsFromItsSeed() {
        let traces = (0..<2).map { _ in
            let history = History(seed: 7, names: Self.names, isTraced: true)
            _ = history.run()
            return history.trace
        }
        #expect(traces[0] == traces[1])
        #expect(traces[0].count > 10)
    }
}
