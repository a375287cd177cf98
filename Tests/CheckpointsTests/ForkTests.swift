import Checkpoints
import JobModel
import Testing

@Suite struct ForkTests {
    private let store = MemoryStore()
    private let fork = JobReference(run: RunID(rawValue: 8), job: JobID(rawValue: 50))
    private let second = JobReference(run: RunID(rawValue: 9), job: JobID(rawValue: 60))

    private func source() async throws {
        let first = try await JobCheckpoints.open(in: store, epoch: 1)
        for turn in 1...2 { try await first.record(Sample.turn(turn)) }
        let again = try await JobCheckpoints.open(in: store, epoch: 2)
        for turn in 3...4 { try await again.record(Sample.turn(turn)) }
    }

    private func open(
        _ job: JobReference,
        epoch: Int64,
        from source: JobReference,
        through: StepPosition?
    ) async throws -> JobCheckpoints {
        try await JobCheckpoints.open(
            in: store,
            epoch: epoch,
            of: job,
            forkedFrom: ForkPoint(source: source, through: through)
        )
    }

    @Test func takesOverAllWithoutAForkPoint() async throws {
        try await source()
        let attempt = try await open(fork, epoch: 1, from: Sample.job, through: nil)
        for turn in 1...4 { #expect(try await attempt.recorded(Sample.turn(turn))?.result == "done") }
        #expect(attempt.statistics.replayed == 4)
    }

    @Test func takesOverWhatStandsBeforeTheForkPoint() async throws {
        try await source()
        let attempt = try await open(fork, epoch: 1, from: Sample.job, through: .turn(3))
        #expect(attempt.positions == ["t0001", "t0002", "t0003"])
    }

    @Test func keepsWhatItTookOverWhenTheSourceGoesOn() async throws {
        try await source()
        let attempt = try await open(fork, epoch: 1, from: Sample.job, through: nil)
        try await attempt.record(Sample.turn(5, variant: "fork"))
        try await JobCheckpoints.open(in: store, epoch: 3).record(Sample.turn(5))
        let retry = try await open(fork, epoch: 2, from: Sample.job, through: nil)
        #expect(retry.positions == ["t0001", "t0002", "t0003", "t0004", "t0005"])
        #expect(try await retry.recorded(Sample.turn(5)) == nil)
        #expect(try await retry.recorded(Sample.turn(5, variant: "fork")) != nil)
    }

    @Test func isForkedAgain() async throws {
        try await source()
        let attempt = try await open(fork, epoch: 1, from: Sample.job, through: .turn(2))
        for turn in 3...5 { try await attempt.record(Sample.turn(turn, variant: "fork")) }
        let again = try await open(second, epoch: 1, from: fork, through: .turn(4))
        #expect(again.positions == ["t0001", "t0002", "t0003", "t0004"])
        #expect(try await again.recorded(Sample.turn(3, variant: "fork")) != nil)
        try await again.record(Sample.turn(5, variant: "again"))
        let retry = try await open(second, epoch: 2, from: fork, through: .turn(4))
        #expect(retry.positions == ["t0001", "t0002", "t0003", "t0004", "t0005"])
    }

    @Test func changesNothingForTheSource() async throws {
        try await source()
        let before = store.bytes(of: Sample.journal(2))
        try await open(fork, epoch: 1, from: Sample.job, through: nil).record(Sample.turn(9))
        #expect(store.bytes(of: Sample.journal(2)) == before)
        #expect(try await JobCheckpoints.open(in: store, epoch: 3).positions == ["t0001", "t0002", "t0003", "t0004"])
    }
}
