import Simulation
import Testing

/// `Tests/Simulation/run` runs more of them, on release builds; here a few are looked at.
@Suite(.timeLimit(.minutes(5))) struct HistoryTests {
    private static let names = History.Names()

    /// For each rule a seed whose history goes wrong where the rule is left out, and only there.
    ///
    /// What a seed means changes with the model. A new one is found by `Tests/Simulation/run --weakness NAME`.
    private static let found: [Weakness: UInt64] = [
        .claimsTwice: 1, .endsUnderAnyEpoch: 246, .rescuesTheLiving: 4, .findsNoStrays: 317, .forgetsResumptions: 618,
        .resumesWithoutLock: 187, .cancelLeavesIntents: 77, .writesNoIntents: 1, .intendsWithoutLease: 172,
        .sendsLate: 921, .mixesCallsUp: 908, .settlesByAnyRecord: 4, .forgetsIntents: 5, .doubtsWithoutLease: 121_427,
        .repeatsOnce: 3, .drawsNoMark: 2089, .settlesBeforeRecord: 22, .ignoresReservations: 47,
        .reservesWithoutLock: 4950, .forgivesUnknown: 1, .forgetsBudgetWaiters: 2, .rescuesOnce: 104,
        .settlesWithoutLease: 1353, .countsLocksOfEarlierLives: 10,
    ]

    @Test func allIsWellWhateverHappens() {
        for seed in Array(1...150) + Self.found.values.sorted() {
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

    @Test func everyRuleThatCanBeLeftOutHasASeed() {
        #expect(Weakness.allCases.filter { Self.found[$0] == nil }.isEmpty)
    }

    @Test(arguments: found) func aRuleThatIsLeftOutIsMissed(_ weakness: Weakness, seed: UInt64) {
        #expect(
            !History(seed: seed, names: Self.names, weakness: weakness).run().isEmpty,
            "seed \(seed) no longer finds \(weakness); look for another: Tests/Simulation/run --weakness \(weakness)"
        )
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
