import Checkpoints
import JobModel
import Storage
import Testing

@testable import Scheduler

@Suite(.timeLimit(.minutes(5))) struct TranscriptTests {
    /// Each step is shown by up to 192 KiB, and callers take 64 MiB at once.
    @Test func aPageEndsBeforeItIsTooLarge() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let job = try await scene.claim()
            let checkpoints = try await JobCheckpoints.open(
                in: scene.store,
                job: JobReference(run: job.run, job: job.id),
                epoch: job.epoch
            )
            let result = JSONValue.string(String(repeating: "x", count: 60_000))
            for occurrence in 1...200 {
                try await checkpoints.record(
                    FinishedStep(
                        position: .step(named: "part", occurrence: occurrence),
                        fingerprint: Fingerprint(kind: .step, request: .integer(Int64(occurrence)), after: nil),
                        kind: .step,
                        startedAt: .init(microseconds: 0),
                        endedAt: .init(microseconds: 1),
                        effect: .none,
                        result: result
                    )
                )
            }
            checkpoints.close()
            var positions: [String] = []
            var sizes: [Int] = []
            var after = ""
            repeat {
                let page = try await scene.get("/v1/runs/\(id)/transcript?job=extract&limit=1000\(after)")
                #expect(page.status == 200)
                sizes.append(page.body.count)
                positions += page.json["steps"]?.arrayValue?.compactMap { $0["position"]?.stringValue } ?? []
                after = page.json["next"]?.stringValue.map { "&after=" + $0 } ?? ""
            } while !after.isEmpty && sizes.count < 10
            #expect(positions == (1...200).map { "part#\($0)" })
            #expect(sizes.count == 2 && sizes.allSatisfy { $0 < 9 << 20 }, "\(sizes)")
        }
    }
}
