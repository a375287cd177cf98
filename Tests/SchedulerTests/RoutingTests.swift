import HTTPTransport
import JobModel
import Postgres
import Testing

@Suite struct RoutingTests {
    @Test func anUnknownPathIsNotFound() async throws {
        try await APIScene.play { scene async throws in
            for path in ["/", "/v1", "/v2/runs", "/v1/runs/1/nothing", "/livez/more"] {
                let answer = try await scene.get(path)
                #expect(answer.status == 404, "\(path)")
                #expect(answer.code == "path-not-found", "\(path)")
            }
        }
    }

    @Test func aMethodThatDoesNothingIsNotAllowed() async throws {
        let refused = [
            ("DELETE", "/v1/runs", "GET, HEAD, POST"), ("GET", "/v1/validate", "POST"),
            ("PUT", "/v1/runs/1", "GET, HEAD"), ("POST", "/livez", "GET, HEAD"),
            ("GET", "/v1/runs/1/cancel", "POST"), ("PATCH", "/v1/queues", "GET, HEAD"),
        ]
        try await APIScene.play { scene async throws in
            for (method, path, allowed) in refused {
                let answer = try await scene.send(method, path)
                #expect(answer.status == 405, "\(method) \(path)")
                #expect(answer.code == "method-not-allowed", "\(method) \(path)")
                #expect(answer.headers["Allow"] == allowed, "\(method) \(path)")
            }
        }
    }

    @Test func headIsGetWithoutTheBody() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.send("HEAD", "/v1/runs")
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
        }
    }

    @Test func aBadParameterIsRefused() async throws {
        let paths = [
            "/v1/runs?limit=0", "/v1/runs?limit=201", "/v1/runs?limit=many", "/v1/runs?before=0",
            "/v1/runs?state=done", "/v1/runs?order=up", "/v1/runs?limit=1&limit=2", "/v1/runs/one", "/v1/runs/0",
            "/v1/runs/-1", "/v1/runs/99999999999999999999", "/v1/runs/1/logs?after=-1",
            "/v1/runs/1/logs?limit=10001", "/v1/runs/1/output?name=a", "/v1/workers?limit=1", "/v1/queues?limit=1",
        ]
        try await APIScene.play { scene async throws in
            for path in paths {
                let answer = try await scene.get(path)
                #expect(answer.status == 400, "\(path)")
                #expect(answer.code == "bad-parameter", "\(path)")
            }
        }
    }

    @Test func aMissingRunIsNotFound() async throws {
        try await APIScene.play { scene async throws in
            let answers = [
                try await scene.get("/v1/runs/4711"), try await scene.get("/v1/runs/4711/output"),
                try await scene.get("/v1/runs/4711/logs"), try await scene.post("/v1/runs/4711/cancel"),
                try await scene.post("/v1/runs/4711/retry"),
            ]
            for answer in answers {
                #expect(answer.status == 404)
                #expect(answer.code == "run-not-found")
                #expect(answer.detail.contains("4711"))
            }
        }
    }

    /// A name in a path is the name, whatever of it had to be encoded.
    @Test func aNameInAPathIsDecoded() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.post("/v1/queues/default%3Bgpu%3Da100/pause")
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.json["queue"] == "default;gpu=a100")
            let paused = try await scene.pool.query("SELECT queue FROM chassis.queue_pause").rows
                .map { try $0.string("queue") }
            #expect(paused == ["default;gpu=a100"])
            #expect(try await scene.post("/v1/queues/a%2Fb%25/pause").json["queue"] == "a/b%")
        }
    }

    @Test(arguments: ["%FF", "%C3%28", "a%2", "%zz", "%"]) func aNameInAPathThatIsNoTextIsRefused(
        _ name: String
    ) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.post("/v1/queues/\(name)/pause")
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.code == "bad-parameter")
            #expect(try await scene.pool.query("SELECT FROM chassis.queue_pause").rows.isEmpty)
        }
    }
}
