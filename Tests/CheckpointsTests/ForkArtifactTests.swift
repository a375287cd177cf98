import Checkpoints
import JobModel
import Testing

@Suite struct ForkArtifactTests {
    private let scratch: ScratchDirectory
    private let store: DirectoryStore
    private let fork = JobReference(run: RunID(rawValue: 8), job: JobID(rawValue: 50))
    private let second = JobReference(run: RunID(rawValue: 9), job: JobID(rawValue: 60))

    init() async throws {
        scratch = try ScratchDirectory()
        store = try await DirectoryStore.open(at: "\(scratch.path)/store", creation: .ifMissing)
    }

    private func open(_ job: JobReference, from source: JobReference) async throws -> JobCheckpoints {
        try await JobCheckpoints.open(in: store, epoch: 1, of: job, forkedFrom: ForkPoint(source: source))
    }

    private func leave(_ name: String, _ job: JobReference, epoch: Int64 = 1) async throws {
        let artifact = Artifact(job: job, epoch: LeaseEpoch(rawValue: epoch), name: try ArtifactName(name))
        try await store.putArtifact(artifact, [1])
    }

    private func inheritedArtifacts(of job: JobReference) async throws -> [String] {
        try await CheckpointReader(store: store).inheritedArtifacts(of: job) { $0.description.hasSuffix("make#1") }
            .map { "\($0.artifact.name) of \($0.artifact.job.run)" }
    }

    /// What a step left that the fork did not run again lies with the job that ran it; of a step that it ran, with the fork alone.
    @Test func hasTheArtifactsOfStepsThatItDidNotRunAgain() async throws {
        let step = Sample.step(try .step(named: "make"))
        let attempt = try await JobCheckpoints.open(in: store, epoch: 2)
        try await leave("a", Sample.job)
        try await leave("b", Sample.job, epoch: 2)
        try await attempt.record(step)
        try await leave("later", Sample.job, epoch: 3)
        #expect(try await inheritedArtifacts(of: Sample.job) == [])
        let taken = try await open(fork, from: Sample.job)
        #expect(try await inheritedArtifacts(of: fork) == ["a of 7", "b of 7"])
        _ = try await open(second, from: fork)
        #expect(try await inheritedArtifacts(of: second) == ["a of 7", "b of 7"])
        try await leave("a", fork)
        try await taken.record(Sample.step(step.position.inRound(2), variant: "fork"))
        #expect(try await inheritedArtifacts(of: fork) == ["a of 7", "b of 7"])
        let third = JobReference(run: RunID(rawValue: 11), job: JobID(rawValue: 80))
        _ = try await open(third, from: fork)
        #expect(try await inheritedArtifacts(of: third) == ["a of 8", "b of 7"])
        try await taken.record(Sample.step(step.position, variant: "fork"))
        #expect(try await inheritedArtifacts(of: fork) == [])
    }
}
