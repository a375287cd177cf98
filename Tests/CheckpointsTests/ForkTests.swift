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

    /// Where the journal of an epoch is cut, so that so many of the steps stand before.
    private func cut(_ count: Int, of job: JobReference = Sample.job) async throws -> JournalCut? {
        try await CheckpointReader(store: store).history(of: job).cut(behind: count)
    }

    private func open(_ job: JobReference, epoch: Int64, _ points: ForkPoint...) async throws -> JobCheckpoints {
        try await JobCheckpoints.open(in: store, epoch: epoch, of: job, forkedFrom: ForkPoint(line: points))
    }

    /// In whatever order the steps stand by their positions, and whatever the source adds.
    @Test(arguments: 0...4) func takesOverWhatStandsBeforeAPlaceInTheJournals(_ count: Int) async throws {
        let first = try await JobCheckpoints.open(in: store, epoch: 1)
        for number in [2, 1] { try await first.record(Sample.step(.step(named: "x", occurrence: number))) }
        let again = try await JobCheckpoints.open(in: store, epoch: 2)
        for number in [4, 3] { try await again.record(Sample.step(.step(named: "x", occurrence: number))) }
        let cut = try await cut(count)
        try await again.record(Sample.step(.step(named: "x", occurrence: 5)))
        let points = cut.map { [ForkPoint(source: Sample.job, cut: $0)] } ?? []
        let attempt = try await JobCheckpoints.open(
            in: store,
            epoch: 1,
            of: fork,
            forkedFrom: ForkPoint(line: points)
        )
        let expected = Array(["x#2", "x#1", "x#4", "x#3"].prefix(count))
        #expect(attempt.positions == expected)
        try await attempt.record(Sample.step(.step(named: "x", occurrence: 9)))
        let retry = try await JobCheckpoints.open(in: store, epoch: 2, of: fork, forkedFrom: ForkPoint(line: points))
        #expect(retry.positions == expected + ["x#9"])
        #expect(retry.checkpoints.damage.reports.isEmpty)
    }

    /// Between the fork and its first attempt the source's job was told to begin afresh: its newest journal inherits nothing.
    @Test(arguments: 1...4) func takesOverWhatStandsBeforeAPlaceWhenTheSourceBeganAfresh(_ count: Int) async throws {
        try await source()
        let point = ForkPoint(source: Sample.job, cut: try await cut(count))
        let afresh = try await JobCheckpoints.open(
            in: store,
            job: Sample.job,
            epoch: LeaseEpoch(rawValue: 3),
            after: LeaseEpoch(rawValue: 2)
        )
        try await afresh.record(Sample.turn(1, variant: "afresh"))
        let attempt = try await open(fork, epoch: 1, point)
        #expect(attempt.positions == Array(["t0001", "t0002", "t0003", "t0004"].prefix(count)))
        #expect(try await attempt.recorded(Sample.turn(1)) != nil)
    }

    /// The place lies in what the fork took over itself, or in what it recorded.
    @Test(arguments: 0...5) func takesOverOfAForkWhatStandsBeforeAPlace(_ count: Int) async throws {
        try await source()
        let attempt = try await open(fork, epoch: 3, ForkPoint(source: Sample.job, cut: try await cut(3)))
        for turn in 4...5 { try await attempt.record(Sample.turn(turn, variant: "fork")) }
        let place = try await cut(count, of: fork)
        let points = place.map { [ForkPoint(source: fork, cut: $0)] } ?? []
        let again = try await JobCheckpoints.open(in: store, epoch: 1, of: second, forkedFrom: ForkPoint(line: points))
        #expect(again.positions == Array(["t0001", "t0002", "t0003", "t0004", "t0005"].prefix(count)))
    }

    /// A fork that has written no journal, since it took over all there was to do, is looked through.
    @Test func takesOverWhatAForkTookOverThatHasNoJournal() async throws {
        try await source()
        let inner = ForkPoint(source: Sample.job, cut: try await cut(3))
        let attempt = try await open(second, epoch: 1, ForkPoint(source: fork), inner)
        #expect(attempt.positions == ["t0001", "t0002", "t0003"])
        let limited = JobReference(run: RunID(rawValue: 10), job: JobID(rawValue: 70))
        let last = try await open(limited, epoch: 1, ForkPoint(source: fork, cut: try await cut(1)), inner)
        #expect(last.positions == ["t0001"])
        // Where it has one, that says what it took over.
        try await JobCheckpoints.open(in: store, epoch: 1, of: fork).record(Sample.turn(7))
        let third = JobReference(run: RunID(rawValue: 11), job: JobID(rawValue: 80))
        #expect(try await open(third, epoch: 1, ForkPoint(source: fork), inner).positions == ["t0007"])
    }

    @Test func changesNothingForTheSource() async throws {
        try await source()
        let before = store.bytes(of: Sample.journal(2))
        try await open(fork, epoch: 1, from: Sample.job, through: nil).record(Sample.turn(9))
        #expect(store.bytes(of: Sample.journal(2)) == before)
        #expect(try await JobCheckpoints.open(in: store, epoch: 3).positions == ["t0001", "t0002", "t0003", "t0004"])
    }
}
