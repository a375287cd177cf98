import JobModel
import Testing

@testable import Storage

@Suite struct RunReaderOutputTests {
    private let diamond = [
        RunStore.NewJob(name: "first", kind: "sql"),
        RunStore.NewJob(name: "left", kind: "sql", needs: ["first"]),
        RunStore.NewJob(name: "right", kind: "sql", needs: ["first"]),
    ]

    @Test func withoutANameTheJobsNothingNeedsAreRead() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit(jobs: diamond)
        try await scene.end(try await scene.claim(), .succeeded(1))
        let before = try #require(try await scene.reader.outputs(of: run))
        #expect(before == [JobOutput(job: "left"), JobOutput(job: "right")])

        let blob = StoredBlob(digest: String(repeating: "a", count: 64), byteCount: 9)
        try await scene.end(try await scene.claim(), .succeeded(nil))
        try await scene.end(try await scene.claim(), .succeededWithBlob(blob))
        let after = try #require(try await scene.reader.outputs(of: run))
        #expect(
            after == [
                JobOutput(job: "left", state: .succeeded, output: .inline(nil)),
                JobOutput(job: "right", state: .succeeded, output: .blob(blob)),
            ]
        )
    }

    @Test func aNameReadsThatJob() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit(jobs: diamond)
        try await scene.end(try await scene.claim(), .succeeded(["n": 1]))
        let outputs = try await scene.reader.outputs(of: run, job: "first")
        #expect(outputs == [JobOutput(job: "first", state: .succeeded, output: .inline(["n": 1]))])
        #expect(try await scene.reader.outputs(of: run, job: "none") == [])
        #expect(try await scene.reader.outputs(of: RunID(rawValue: 999)) == nil)
    }

    @Test func aFailedJobHasNoOutput() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        try await scene.end(try await scene.claim(), .failed(JobFailure(code: "timeout", message: "slow")))
        #expect(try await scene.reader.outputs(of: run) == [JobOutput(job: "only", state: .failed)])
    }
}
