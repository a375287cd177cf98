import JobModel
import Storage
import Testing

@Suite struct SubmissionTests {
    private let workflow = JSONValue.string(APIScene.workflow)

    @Test func aRunIsStarted() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.post("/v1/runs", ["workflow": workflow, "file": "report.yaml"])
            #expect(answer.status == 201)
            let run = answer.json
            #expect(run["workflow"] == "report")
            #expect(run["version"] == 1)
            #expect(run["team"] == "default")
            #expect(run["state"] == "queued")
            #expect(run["params"] == ["segment": "all", "count": 1])
            #expect(run["jobs"]?["pending"] == 1)
            #expect(run["jobs"]?["blocked"] == 1)
            #expect(run["jobs"]?.objectValue?.count == JobState.allCases.count)
            #expect(run["cost_micro_usd"] == 0)
            #expect(run["started_at"]?.isNull == true)
            #expect(run["created_at"]?.stringValue?.hasSuffix("Z") == true)
            #expect(try await scene.claim().name == "extract")
        }
    }

    @Test func paramsMayBeValuesOrTexts() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.post(
                "/v1/runs",
                ["workflow": workflow, "params": ["segment": "eu"], "raw_params": ["count": "7"]]
            )
            #expect(answer.status == 201)
            #expect(answer.json["params"] == ["segment": "eu", "count": 7])
        }
    }

    @Test func anIdempotencyKeyNamesTheFirstRun() async throws {
        try await APIScene.play { scene async throws in
            let body: JSONValue = ["workflow": workflow, "idempotency_key": "monday"]
            let first = try await scene.post("/v1/runs", body)
            let second = try await scene.post("/v1/runs", body)
            #expect(first.status == 201)
            #expect(second.status == 200)
            #expect(first.json["id"] == second.json["id"])
        }
    }

    @Test(arguments: ["", "limits:\n  - {runs: 1}\n", "start:\n  singleton: true\n"])
    func anIdempotencyKeyOfAnotherWorkflowIsRefused(_ more: String) async throws {
        try await APIScene.play { scene async throws in
            let first = try await scene.post("/v1/runs", ["workflow": workflow, "idempotency_key": "monday"])
            #expect(first.status == 201)
            let other = "name: other\njobs:\n  a:\n    command: [echo]\n" + more
            let answer = try await scene.post("/v1/runs", ["workflow": .string(other), "idempotency_key": "monday"])
            #expect(answer.status == 409 && answer.code == "idempotency-key-used", "\(answer)")
            #expect(answer.detail.contains("\"monday\"") && answer.detail.contains("report"), "\(answer)")
            #expect(try await scene.get("/v1/runs").json["runs"]?.arrayValue?.count == 1)
            // A later version of the same workflow is the same one.
            let changed = JSONValue.string(APIScene.workflow + "# changed\n")
            let again = try await scene.post("/v1/runs", ["workflow": changed, "idempotency_key": "monday"])
            #expect(again.status == 200 && again.json["id"] == first.json["id"])
        }
    }

    @Test func everyFaultOfAFileIsReported() async throws {
        try await APIScene.play { scene async throws in
            let broken: JSONValue = [
                "workflow": "name: report\njobs:\n  a:\n    command: [echo]\n    needs: [b]\n    wrong: 1\n",
                "file": "broken.yaml",
            ]
            for path in ["/v1/runs", "/v1/validate"] {
                let answer = try await scene.post(path, broken)
                #expect(answer.status == 422)
                #expect(answer.code == "workflow-invalid")
                #expect(answer.detail.contains("broken.yaml"))
                let faults = try #require(answer.json["faults"]?.arrayValue)
                #expect(faults.count >= 2)
                for fault in faults {
                    #expect(fault["line"]?.integerValue ?? 0 > 0)
                    #expect(fault["column"]?.integerValue ?? 0 > 0)
                    #expect(fault["path"]?.stringValue != nil)
                    #expect(fault["message"]?.stringValue?.isEmpty == false)
                    #expect(fault["hint"] != nil)
                }
            }
            #expect(try await scene.get("/v1/runs").json["runs"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func aGoodFileIsValid() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.post("/v1/validate", ["workflow": workflow])
            #expect(answer.status == 200)
            #expect(answer.json == ["workflow": "report", "jobs": ["extract", "publish"]])
        }
    }

    @Test func paramsThatDoNotFitAreRefused() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.post(
                "/v1/runs",
                ["workflow": workflow, "params": ["count": "x", "colour": "red"]]
            )
            #expect(answer.status == 422)
            #expect(answer.code == "params-invalid")
            #expect(answer.detail.contains("count"))
            #expect(answer.detail.contains("colour"))
        }
    }

    @Test func aBodyOfAnotherShapeIsRefused() async throws {
        let bodies: [JSONValue] = [
            [:], ["workflow": 1], ["workflow": "", "name": "x"], ["workflow": "", "params": []],
            ["workflow": "", "raw_params": ["a": 1]],
            ["workflow": "", "params": ["a": 1], "raw_params": ["a": "1"]],
            ["workflow": "", "idempotency_key": ""], [], "text",
        ]
        try await APIScene.play { scene async throws in
            for body in bodies {
                let answer = try await scene.post("/v1/runs", body)
                #expect(answer.status == 400, "\(body.text())")
                #expect(answer.code == "bad-request", "\(body.text())")
            }
        }
    }

    @Test func aNullCharacterIsRefused() async throws {
        try await APIScene.play { scene async throws in
            for body: JSONValue in [
                ["workflow": workflow, "params": ["segment": "a\0b"]],
                ["workflow": workflow, "idempotency_key": "a\0b"],
            ] {
                let answer = try await scene.post("/v1/runs", body)
                #expect(answer.status == 400)
                #expect(answer.code == "bad-request")
                #expect(answer.detail.contains("U+0000"))
            }
        }
    }

    @Test func malformedJSONIsRefusedWithItsPlace() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.send("POST", "/v1/runs", body: Array(#"{"workflow": nope}"#.utf8))
            #expect(answer.status == 400)
            #expect(answer.code == "malformed-json")
            #expect(answer.detail.contains("byte 13"))
        }
    }

    @Test func aBodyBeyondTheLimitIsRefused() async throws {
        try await APIScene.play { scene async throws in
            let body = JSONValue.object(["workflow": .string(String(repeating: "x", count: 2 << 20))])
            let answer = try await scene.post("/v1/runs", body)
            #expect(answer.status == 413)
            #expect(answer.code == "body-too-large")
            #expect(try await scene.get("/v1/runs").status == 200)
        }
    }
}
