import JobModel
import Storage
import Testing

@Suite struct LogTests {
    @Test func linesComeInPagesUntilTheLogIsFinal() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let job = try await scene.claim()
            for text in ["one", "two", "three"] { try await scene.say(text, job) }
            let first = try await scene.get("/v1/runs/\(id)/logs?limit=2").json
            #expect(first["lines"]?.arrayValue?.map { $0["line"] } == ["one", "two"])
            #expect(first["final"] == false)
            let next = try #require(first["next"]?.integerValue)
            let line = try #require(first["lines"]?[0]?.objectValue)
            #expect(line.keys == ["number", "job", "attempt", "at", "stream", "line"])
            #expect(line["job"] == "extract")
            #expect(line["attempt"] == 1)
            #expect(line["stream"] == "stdout")

            _ = try await scene.post("/v1/runs/\(id)/cancel")
            try await scene.end(job, .cancelled)
            let last = try await scene.get("/v1/runs/\(id)/logs?after=\(next)&job=extract").json
            #expect(last["lines"]?.arrayValue?.map { $0["line"] } == ["three"])
            #expect(last["final"] == true)
        }
    }

    @Test func aMissingJobIsToldApart() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let answer = try await scene.get("/v1/runs/\(id)/logs?job=none")
            #expect(answer.status == 404)
            #expect(answer.code == "job-not-found")
        }
    }
}

extension APIScene {
    /// Keeps a line that was said a minute ago.
    fileprivate func say(_ text: String, _ job: ClaimedJob) async throws {
        try await LogStore(pool).add([
            LogStore.Line(
                run: job.run,
                job: job.id,
                epoch: job.epoch,
                stream: .stdout,
                text: text,
                ago: .seconds(60)
            )
        ])
    }
}
