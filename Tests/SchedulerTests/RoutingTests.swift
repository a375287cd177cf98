import HTTPTransport
import JobModel
import Testing

@Suite struct RoutingTests {
    @Test(arguments: ["/", "/v1", "/v2/runs", "/v1/runs/1/nothing", "/livez/more"])
    func anUnknownPathIsNotFound(path: String) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.get(path)
            #expect(answer.status == 404)
            #expect(answer.code == "path-not-found")
        }
    }

    @Test(arguments: [
        ("DELETE", "/v1/runs", "GET, HEAD, POST"), ("GET", "/v1/validate", "POST"), ("PUT", "/v1/runs/1", "GET, HEAD"),
        ("POST", "/livez", "GET, HEAD"), ("GET", "/v1/runs/1/cancel", "POST"), ("PATCH", "/v1/queues", "GET, HEAD"),
    ])
    func aMethodThatDoesNothingIsNotAllowed(method: String, path: String, allowed: String) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.send(method, path)
            #expect(answer.status == 405)
            #expect(answer.code == "method-not-allowed")
            #expect(answer.headers["Allow"] == allowed)
        }
    }

    @Test func headIsGetWithoutTheBody() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.send("HEAD", "/v1/runs")
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
        }
    }

    @Test(arguments: [
        "/v1/runs?limit=0", "/v1/runs?limit=201", "/v1/runs?limit=many", "/v1/runs?before=0", "/v1/runs?state=done",
        "/v1/runs?order=up", "/v1/runs?limit=1&limit=2", "/v1/runs/one", "/v1/runs/0", "/v1/runs/-1",
        "/v1/runs/99999999999999999999", "/v1/runs/1/logs?after=-1", "/v1/runs/1/logs?limit=10001",
        "/v1/runs/1/output?name=a", "/v1/workers?limit=1", "/v1/queues?limit=1",
    ])
    func aBadParameterIsRefused(path: String) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.get(path)
            #expect(answer.status == 400)
            #expect(answer.code == "bad-parameter")
        }
    }

    @Test(arguments: ["", "/output", "/logs"])
    func whatIsAskedOfAMissingRunIsNotFound(path: String) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.get("/v1/runs/4711" + path)
            #expect(answer.status == 404)
            #expect(answer.code == "run-not-found")
            #expect(answer.detail.contains("4711"))
        }
    }

    @Test(arguments: ["/cancel", "/retry"])
    func whatIsDoneToAMissingRunIsNotFound(path: String) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.post("/v1/runs/4711" + path)
            #expect(answer.status == 404)
            #expect(answer.code == "run-not-found")
        }
    }
}
