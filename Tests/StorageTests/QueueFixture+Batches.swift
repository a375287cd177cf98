import JobModel
import Storage
import Testing

extension QueueFixture {
    /// Gives a model call of a job that is held to the next batch, which the job waits for.
    func giveToBatch(_ job: ClaimedJob) async throws {
        let step = StepStore.Identity(
            job: job.id,
            epoch: job.epoch,
            attempt: job.attempt,
            position: "t0001",
            kind: "model",
            name: "m",
            effect: .none,
            fingerprint: [0]
        )
        try await StepStore(pool).intend(step)
        let request = StoredBlob(digest: String(repeating: "0", count: 64), byteCount: 1)
        try await BatchStore(pool).add(step, connection: "c", model: "m", request: request)
        let suspension = Suspension(waitsFor: .batch, detail: "")
        #expect(try await queue.suspend(job.id, epoch: job.epoch, suspension) == .waiting)
    }
}
