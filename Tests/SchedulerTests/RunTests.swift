import JobModel
import Storage
import Testing

@Suite struct RunTests {
    @Test func runsAreListedNewestFirst() async throws {
        try await APIScene.play { scene async throws in
            var ids: [Int64] = []
            for _ in 0..<3 { ids.append(try await scene.submit()) }
            func listed(_ query: String) async throws -> [Int64] {
                let runs = try await scene.get("/v1/runs" + query).json["runs"]?.arrayValue ?? []
                return runs.compactMap { $0["id"]?.integerValue }
            }
            #expect(try await listed("") == ids.reversed())
            #expect(try await listed("?limit=1") == [ids[2]])
            #expect(try await listed("?limit=2&before=\(ids[2])") == [ids[1], ids[0]])
            #expect(try await listed("?state=queued&workflow=report").count == 3)
            #expect(try await listed("?state=failed").isEmpty)
            #expect(try await listed("?workflow=another%20one").isEmpty)
        }
    }

    @Test func aRunIsShownWhole() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let job = try await scene.claim()
            try await scene.step(job)
            try await scene.end(job)
            let answer = try await scene.get("/v1/runs/\(id)")
            #expect(answer.status == 200)
            let run = answer.json
            #expect(run["state"] == "running")
            #expect(run["steps"] == ["paid": 1, "replayed": 0, "unknown": 0])
            #expect(run["money"] == ["paid_micro_usd": 1250, "saved_micro_usd": 0, "priced": true])
            #expect(run["cost_micro_usd"] == 1250)
            #expect(run["cancel_requested"] == false)
            let shown = try #require(run["jobs"]?[0])
            #expect(
                shown.objectValue?.keys == [
                    "id", "name", "kind", "state", "needs", "queue", "attempts", "steps", "error", "has_output",
                    "items", "due_at", "waiting",
                ]
            )
            #expect(shown["name"] == "extract")
            #expect(shown["kind"] == "command")
            #expect(shown["state"] == "succeeded")
            #expect(shown["has_output"] == true)
            #expect(run["jobs"]?[1]?["needs"] == ["extract"])
            let attempt = try #require(shown["attempts"]?[0])
            #expect(
                attempt.objectValue?.keys == [
                    "number", "epoch", "state", "worker", "started_at", "ended_at", "error", "replayed",
                ]
            )
            #expect(attempt["worker"]?["name"] == "worker-1")
            #expect(
                attempt["replayed"] == ["steps": 0, "model_calls": 0, "saved_micro_usd": 0, "damaged": 0]
            )
            let step = try #require(shown["steps"]?[0])
            #expect(
                step.objectValue?.keys == [
                    "position", "kind", "name", "effect", "state", "attempt", "epoch", "usage", "cost_micro_usd",
                    "unknown_calls", "started_at", "settled_at", "error",
                ]
            )
            #expect(step["usage"] == ["input": 10, "cached_input": 0, "output": 5, "reasoning": 0])
        }
    }

    @Test func aQueuedRunIsCancelledAtOnceAndOnlyOnce() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let first = try await scene.post("/v1/runs/\(id)/cancel")
            #expect(first.status == 202)
            #expect(first.json["state"] == "cancelled")
            let second = try await scene.post("/v1/runs/\(id)/cancel")
            #expect(second.status == 409)
            #expect(second.code == "run-not-cancellable")
        }
    }

    @Test func aCancellationNeedsNoBody() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            #expect(try await scene.send("POST", "/v1/runs/\(id)/cancel").status == 202)
        }
    }

    @Test func aFailedRunIsRetried() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let early = try await scene.post("/v1/runs/\(id)/retry")
            #expect(early.status == 409)
            #expect(early.code == "run-not-retryable")
            try await scene.end(
                try await scene.claim(),
                .failed(JobFailure(code: "exit-status", message: "1", isPermanent: true))
            )
            let answer = try await scene.post("/v1/runs/\(id)/retry", ["repeat_unknown": true])
            #expect(answer.status == 202)
            #expect(answer.json["state"] == "running")
            #expect(answer.json["jobs"]?["pending"] == 1)
            #expect(try await scene.claim().attempt == 2)
        }
    }

    @Test func aRunThatSucceededIsNotRetried() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            for _ in 0..<2 { try await scene.end(try await scene.claim()) }
            let answer = try await scene.post("/v1/runs/\(id)/retry")
            #expect(answer.status == 409)
            #expect(answer.detail.contains("succeeded"))
            #expect(try await scene.post("/v1/runs/\(id)/retry", ["repeat": true]).code == "bad-request")
        }
    }
}

extension APIScene {
    /// Records a paid model call.
    fileprivate func step(_ job: ClaimedJob) async throws {
        let steps = StepStore(pool)
        try await steps.intend(
            StepStore.Identity(
                job: job.id,
                epoch: job.epoch,
                attempt: job.attempt,
                position: "t0001",
                kind: "model",
                name: "gpt",
                effect: .none,
                fingerprint: Array(repeating: 1, count: 32)
            )
        )
        try await steps.settle(
            job: job.id,
            epoch: job.epoch,
            position: "t0001",
            as: .recorded(
                usage: ["input": 10, "cached_input": 0, "output": 5, "reasoning": 0],
                cost: MicroDollars(rawValue: 1250)
            )
        )
    }
}
