import Checkpoints
import JobModel
import Testing

@Suite struct DirectoryStoreArtifactTests {
    private let scratch: ScratchDirectory
    private let store: DirectoryStore

    init() async throws {
        scratch = try ScratchDirectory()
        store = try await DirectoryStore.open(at: "\(scratch.path)/store", creation: .ifMissing)
    }

    private func artifact(_ name: String, epoch: Int64 = 1) throws -> Artifact {
        Artifact(job: Sample.job, epoch: LeaseEpoch(rawValue: epoch), name: try ArtifactName(name))
    }

    private func list(through epoch: Int64) async throws -> [String] {
        try await store.artifacts(of: Sample.job, through: LeaseEpoch(rawValue: epoch)).map {
            "\($0.artifact.name) of \($0.artifact.epoch): \($0.byteCount)"
        }
    }

    @Test func givesBackWhatWasPut() async throws {
        let artifact = try artifact("reports/churn.csv")
        try await store.putArtifact(artifact, Array("one".utf8))
        try await store.putArtifact(artifact, Array("a,b,c".utf8))
        #expect(try await store.readArtifact(artifact, at: 0, count: .max) == Array("a,b,c".utf8))
        #expect(try await store.readArtifact(artifact, at: 2, count: 1) == Array("b".utf8))
        #expect(try await store.readArtifact(artifact, at: 9, count: 1) == [])
        #expect(try scratch.files() == ["store/runs/7/42/artifacts/000001/reports/churn.csv"])
    }

    @Test func copiesAFileOfAnySize() async throws {
        for count in [0, 1, 1 << 18, (1 << 18) + 1, 3_000_000] {
            let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            try scratch.write(content, to: "source")
            let artifact = try artifact("copy")
            try await store.putArtifact(artifact, fromFile: "\(scratch.path)/source")
            #expect(try await store.readArtifact(artifact, at: 0, count: count + 1) == content)
        }
        await #expect(throws: CheckpointError.self) {
            try await store.putArtifact(artifact("copy"), fromFile: "\(scratch.path)/nowhere")
        }
    }

    @Test func listsOfEachNameTheLatest() async throws {
        #expect(try await list(through: 9) == [])
        try await store.putArtifact(artifact("a", epoch: 1), [1])
        try await store.putArtifact(artifact("b/c", epoch: 1), [1, 2])
        try await store.putArtifact(artifact("a", epoch: 2), [1, 2, 3])
        try await store.putArtifact(artifact("z", epoch: 3), [])
        #expect(try await list(through: 2) == ["a of 2: 3", "b/c of 1: 2"])
        #expect(try await list(through: 1) == ["a of 1: 1", "b/c of 1: 2"])
        #expect(try await list(through: 3) == ["a of 2: 3", "b/c of 1: 2", "z of 3: 0"])
    }

    @Test func namesAnArtifactThatIsMissing() async throws {
        let missing = try artifact("a/b")
        await #expect(throws: CheckpointError.artifactMissing(missing)) {
            try await store.readArtifact(missing, at: 0, count: 1)
        }
        try await store.putArtifact(missing, [1])
        let directory = try artifact("a")
        await #expect(throws: CheckpointError.artifactMissing(directory)) {
            try await store.readArtifact(directory, at: 0, count: 1)
        }
    }

    @Test(arguments: [("a/b", "a"), ("a", "a/b"), ("a/b/c", "a/b"), ("a", "a/b/c")])
    func aNameIsEitherAFileOrAFolder(_ first: String, _ second: String) async throws {
        try await store.putArtifact(artifact(first), [1])
        let taken = CheckpointError.artifactNameTaken(try ArtifactName(second))
        await #expect(throws: taken) {
            try await store.putArtifact(artifact(second), [1, 2])
        }
        #expect(try await list(through: 1) == ["\(first) of 1: 1"])
        // The next attempt has a place of its own.
        try await store.putArtifact(artifact(second, epoch: 2), [1, 2])
        #expect(try await list(through: 2).contains("\(second) of 2: 2"))
    }

    @Test func followsNoLink() async throws {
        try await store.putArtifact(artifact("here"), [1])
        try scratch.makeDirectory("outside")
        try scratch.write([7], to: "outside/secret")
        try scratch.link("store/runs/7/42/artifacts/000001/link", to: "\(scratch.path)/outside")
        let through = "\(scratch.path)/store/runs/7/42/artifacts/000001/link"
        await #expect(throws: CheckpointError.symbolicLink(path: through)) {
            try await store.readArtifact(artifact("link/secret"), at: 0, count: 1)
        }
        await #expect(throws: CheckpointError.symbolicLink(path: through)) {
            try await store.putArtifact(artifact("link/new"), [1])
        }
        await #expect(throws: CheckpointError.symbolicLink(path: through)) { try await list(through: 1) }
        #expect(try scratch.names(in: "outside") == ["secret"])
    }
}
