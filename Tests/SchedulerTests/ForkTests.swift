import Checkpoints
import JobModel
import Storage
import Testing

@Suite struct ForkTests {
    @Test func startsARunOfTheSameVersionAndParams() async throws {
        try await APIScene.play { scene async throws in
            let submitted = try await scene.post(
                "/v1/runs",
                ["workflow": .string(APIScene.workflow), "params": ["segment": "small", "count": 3]]
            )
            let id = try #require(submitted.json["id"]?.integerValue)
            let fork = try await scene.post("/v1/runs/\(id)/fork", ["raw_params": ["count": "4"]])
            #expect(fork.status == 201)
            #expect(fork.json["forked_from"]?.integerValue == id)
            #expect(fork.json["version"] == submitted.json["version"])
            #expect(fork.json["params"] == ["segment": "small", "count": 4])
            let again = try await scene.post("/v1/runs/\(id)/fork", ["idempotency_key": "k"])
            let same = try await scene.post("/v1/runs/\(id)/fork", ["idempotency_key": "k"])
            #expect(again.status == 201 && same.status == 200)
            #expect(again.json["id"] == same.json["id"])
        }
    }

    /// A fork that became another run would say nothing of what was edited.
    @Test(arguments: ["singleton: true", "debounce: {wait: 1h}"])
    func isARunOfItsOwnWhateverTheFileSaysOfStarts(_ start: String) async throws {
        try await APIScene.play { scene async throws in
            let workflow = APIScene.workflow + "\nstart: {\(start)}"
            let id = try #require(
                try await scene.post("/v1/runs", ["workflow": .string(workflow)]).json["id"]?.integerValue
            )
            _ = try await scene.post("/v1/runs/\(id)/cancel")
            let live = try await scene.post("/v1/runs", ["workflow": .string(workflow)]).json["id"]
            let fork = try await scene.post("/v1/runs/\(id)/fork", ["params": ["count": 4]])
            #expect(fork.status == 201 && fork.json["forked_from"]?.integerValue == id, "\(fork)")
            #expect(fork.json["id"] != live && fork.json["state"] == "queued")
            let shown = try await scene.get("/v1/runs/\(live?.integerValue ?? 0)").json["state"]
            #expect(shown != "cancelled")
        }
    }

    @Test(
        arguments: [
            (["job": "none"], 404, "job-not-found"),
            (["step": "t0001"], 400, "bad-request"),
            (["prompt": "x"], 400, "bad-request"),
            (["job": "extract", "prompt": "x"], 400, "bad-request"),
            (["job": "extract", "result": 1], 400, "bad-request"),
            (["job": "extract", "step": "command#7"], 404, "step-not-found"),
            (["job": "extract", "step": "no step"], 400, "bad-request"),
            (["job": "extract", "step": "command#1", "result": 1, "model": "a/b"], 400, "bad-request"),
            (["unknown": true], 400, "bad-request"), (["workflow": "name: other"], 422, "workflow-invalid"),
            (["params": ["none": 1]], 422, "params-invalid"),
        ] as [(JSONValue, Int, String)]
    )
    func refusesWhatFitsNothing(_ body: JSONValue, status: Int, code: String) async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let answer = try await scene.post("/v1/runs/\(id)/fork", body)
            #expect(answer.status == status && answer.code == code, "\(answer)")
            #expect(try await scene.get("/v1/runs").json["runs"]?.arrayValue?.count == 1)
        }
    }

    @Test func refusesRunsThatAreNotThereOrNotDone() async throws {
        try await APIScene.play { scene async throws in
            #expect(try await scene.post("/v1/runs/99/fork").code == "run-not-found")
            let id = try await scene.submit()
            let fork = try await scene.post("/v1/runs/\(id)/fork")
            let number = try #require(fork.json["id"]?.integerValue)
            #expect(try await scene.post("/v1/runs/\(number)/fork").code == "run-not-forkable")
        }
    }

    @Test func tellsEachJobWhatItTakesOver() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let job = try await scene.claim()
            try await scene.record(3, in: job) { .integer(Int64($0)) }
            let body: JSONValue = ["job": "extract", "step": "part#3", "result": "given"]
            let answer = try await scene.post("/v1/runs/\(id)/fork", body)
            let fork = try #require(answer.json["id"]?.integerValue, "\(answer)")
            let forks = ForkStore(scene.pool)
            let claimed = try await scene.claim()
            #expect(claimed.run.rawValue == fork && claimed.isFork && !job.isFork)
            let inheritance = try #require(try await forks.inheritance(of: claimed.id))
            #expect(inheritance.sources == [.init(run: job.run, job: job.id, reach: .through("part#2"))])
            #expect(inheritance.step == "part#3" && inheritance.edit == ForkEdit(result: "given"))
            #expect(try await forks.inheritance(of: job.id) == nil)
            let transcript = try await scene.get("/v1/runs/\(fork)/transcript?job=extract")
            let results = transcript.json["steps"]?.arrayValue?.compactMap { $0["result"] }
            #expect(results == [1, 2])
            #expect(transcript.json["next"] == .null)
            var pages: [JSONValue?] = []
            var after = ""
            repeat {
                let page = try await scene.get("/v1/runs/\(id)/transcript?job=extract&limit=1\(after)").json
                pages += page["steps"]?.arrayValue?.map { $0["result"] } ?? []
                #expect(page["count"] == 3)
                after = page["next"]?.stringValue.map { "&after=" + $0 } ?? ""
            } while !after.isEmpty && pages.count < 10
            #expect(pages == [1, 2, 3])
            // The last page's place would be behind all that is there; earlier versions counted steps.
            for place in ["4-0", "0-1", "-1-0", "2", "x"] {
                let refused = try await scene.get("/v1/runs/\(id)/transcript?job=extract&after=\(place)")
                #expect(refused.code == "bad-parameter" && refused.detail.contains("must be what the page before gave"))
            }
        }
    }
}
