import Foundation
import TestSupport
import Testing

/// `CHASSIS_HISTORIES=1000000 deploy/test --filter FleetSimulationTests` runs a million; `CHASSIS_SEED` names the first.
@Suite(.timeLimit(.minutes(60))) struct FleetSimulationTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func everyJobEndsOnceWhateverHappens() async {
        let first = Self.number("CHASSIS_SEED") ?? 1
        let histories = Self.number("CHASSIS_HISTORIES") ?? 500
        await withDiscardingTaskGroup { group in
            for part: UInt64 in 0..<2 {
                group.addTask {
                    for seed in stride(from: first + part, to: first + histories, by: 2) where !Self.isSound(seed) {
                        return
                    }
                }
            }
        }
    }

    private static func isSound(_ seed: UInt64) -> Bool {
        var simulation = FleetSimulation(seed: seed)
        let violations = simulation.run()
        guard !violations.isEmpty else { return true }
        var again = FleetSimulation(seed: seed, isTraced: true)
        _ = again.run()
        Issue.record("seed \(seed): \(violations.joined(separator: "; "))\n\(again.trace.joined(separator: "\n"))")
        return false
    }

    @Test func aHistoryFollowsFromItsSeed() {
        let traces = (0..<2).map { _ in
            var simulation = FleetSimulation(seed: 7, isTraced: true)
            _ = simulation.run()
            return simulation.trace
        }
        #expect(traces[0] == traces[1])
        #expect(traces[0].count > 10)
    }

    /// A queue that is weaker than the statements are is found out.
    @Test(arguments: [
        ModelQueue.Weakness.endsUnderAnyEpoch, .rescuesTheLiving, .findsNoStrays, .forgetsResumptions,
    ])
    func aWeaknessShows(_ weakness: ModelQueue.Weakness) {
        let violated = (UInt64(1)...200).contains { seed in
            var simulation = FleetSimulation(seed: seed, weakness: weakness)
            return !simulation.run().isEmpty
        }
        #expect(violated)
    }
}
