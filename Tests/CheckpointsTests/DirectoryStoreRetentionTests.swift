import Checkpoints
import JobModel
import TestSupport
import Testing

@Suite struct DirectoryStoreRetentionTests {
    @Test func removesARunAndNothingElse() async throws {
        let scratch = try ScratchDirectory()
        let store = try await DirectoryStore.open(at: "\(scratch.path)/store", creation: .ifMissing)
        let other = JobReference(run: RunID(rawValue: 8), job: JobID(rawValue: 43))
        for job in [Sample.job, other] { _ = try await store.makeJournal(Sample.journal(1, of: job)) }
        _ = try await store.putBlob([1, 2, 3])
        try scratch.makeDirectory("outside")
        try scratch.write([1], to: "outside/kept")
        try scratch.link("store/runs/7/42/link", to: "\(scratch.path)/outside")
        let before = try scratch.files()
        try await store.remove(Sample.job.run)
        try await store.remove(Sample.job.run)
        #expect(try scratch.names(in: "store/runs") == ["8"])
        #expect(try scratch.files() == before.filter { !$0.hasPrefix("store/runs/7/") })
    }
}
