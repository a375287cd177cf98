import JobModel
import Testing

@testable import Scheduler

@Suite(.timeLimit(.minutes(5))) struct TranscriptTests {
    /// Each step is shown by up to 192 KiB, and callers take 64 MiB at once.
    @Test func aPageEndsBeforeItIsTooLarge() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let job = try await scene.claim()
            try await scene.record(200, in: job) { _ in .string(String(repeating: "x", count: 60_000)) }
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
