import JobModel
import Postgres
import TestSupport
import Testing

/// Clients whose connections break at any place of a streamed answer: it is billed once, and whoever asks next gets all of it.
@Suite(.serialized) struct GatewayCutTests {
    @Test(.timeLimit(.minutes(5))) func billsOnceWhereverTheConnectionBreaks() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let folder = scene.fleet.directory + "/got"
        _ = await ChildProcess(["mkdir", folder]).ended()
        let run = try await scene.submit(
            "cut",
            run: ["python3", "\(Fleet.repository)/Tests/Servers/cut_client.py", folder]
        )
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said["odd"] == [], "\(said["odd"]?.text() ?? "")")
        let digests = said["digests"]?.objectValue ?? [:]
        // Behind each event and in the middle of the next one, of 8 events of chat, 8 of messages, 6 of responses and 2 of Gemini.
        #expect(digests.count >= 50, "\(digests.count)")
        let bills = try await scene.bills()
        for (tag, digest) in digests {
            #expect(bills[tag]?.map { $0["digest"] } == [digest], "\(tag): \(bills[tag]?.map { $0.text() } ?? [])")
        }
        #expect(try await scene.log(of: run).contains(" steps replayed"))
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }
}
