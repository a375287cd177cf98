import JobModel
import TestSupport
import Testing

/// What a program can make the gateway hold, which serves all programs of a worker; read from the real process.
@Suite(.serialized) struct GatewayMemoryTests {
    /// More than the gateway takes when a program has taken all it may have: 96 MiB for requests, as much for answers, and
    /// what comes of them while they are read.
    private static let mostMegabytes: Int64 = 600

    /// Thousands of connections and hundreds of megabytes take their time, the more so in programs that are not optimised.
    @Test(
        .timeLimit(.minutes(3)),
        arguments: [
            ("idle", []), ("bombs", []), ("floods", ["413", "503"]), ("halves", ["503", "silence"]),
            ("values", ["413", "503"]), ("objects", ["413", "503"]),
            ("zips", ["200", "503"]), ("replays", ["200", "503"]), ("streams", ["200"]),
            ("large replays", ["200", "503"]),
        ]
    ) func aProgramGetsItsPartAndNoMore(_ attack: String, _ statuses: [String]) async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let other = try await scene.submit("other", run: GatewayScene.agent("chat", tag: "other", turns: 10))
        let greedy = try await scene.submit(
            "greedy",
            run: RudeOutcome.program(attack.split(separator: " ").map(String.init), client: "greedy_client.py"),
            more: ", limits: {open_files: 8192}"
        )
        #expect(try await scene.fleet.end(of: greedy) == "succeeded", "\(worker.output)")
        let said = try #require(try JSONValue(parsing: try await scene.output(of: greedy))[0])
        #expect(said["peak"]?.integerValue ?? .max < Self.mostMegabytes, "\(said.text())")
        let got = said["answers"]?.objectValue?.keys ?? []
        #expect(got.allSatisfy { statuses.contains($0) }, "\(said.text())")
        #expect(["200", "503"].contains(said["ordinary"]?[0]?.stringValue), "\(said.text())")
        // Nobody else is disturbed.
        #expect(try await scene.fleet.end(of: other) == "succeeded", "\(worker.output)")
        #expect(try await scene.bill(of: "other").compactMap { $0["turn"]?.integerValue } == Array(1...10))
        await worker.killAndWait()
        await scene.close()
    }

    /// What one attack took is given back before the next one.
    @Test(.timeLimit(.minutes(3))) func attacksDoNotAddUp() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let attacks = ["floods", "halves", "zips", "values", "objects", "replays", "streams"]
        let greedy = try await scene.submit(
            "greedy",
            run: RudeOutcome.program(attacks, client: "greedy_client.py"),
            more: ", limits: {open_files: 8192}"
        )
        #expect(try await scene.fleet.end(of: greedy) == "succeeded", "\(worker.output)")
        let said = try #require(try JSONValue(parsing: try await scene.output(of: greedy)).arrayValue)
        #expect(said.count == attacks.count)
        for attack in said {
            #expect(attack["peak"]?.integerValue ?? .max < Self.mostMegabytes, "\(attack.text())")
        }
        await worker.killAndWait()
        await scene.close()
    }
}
