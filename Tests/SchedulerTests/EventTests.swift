import Digests
import JobModel
import Postgres
import Settings
import Storage
import TestSupport
import Testing

@Suite struct EventTests {
    @Test func keepsAnEventOnceForEachKey() async throws {
        try await APIScene.play { scene async throws in
            let body: JSONValue = ["name": "order.paid", "key": "7", "data": ["sum": 3], "idempotency_key": "k"]
            let first = try await scene.post("/v1/events", body)
            let second = try await scene.post("/v1/events", body)
            #expect(first.status == 201 && second.status == 200)
            #expect(first.json == second.json)
            #expect(first.json["data"] == ["sum": 3] && first.json["source"] == "api")
            _ = try await scene.post("/v1/events", ["name": "order.lost"])
            #expect(try await scene.get("/v1/events").json["events"]?.arrayValue?.count == 2)
            let named = try await scene.get("/v1/events?name=order.paid&key=7").json["events"]?.arrayValue
            #expect(named == [first.json])
        }
    }

    /// Whoever took a key for two things hears of it, lest one of them is lost without a word.
    @Test func aKeyOfAnotherEventIsRefused() async throws {
        try await APIScene.play { scene async throws in
            func event(_ name: String, _ key: JSONValue, team: String = "default") -> JSONValue {
                ["name": .string(name), "key": key, "team": .string(team), "idempotency_key": "k"]
            }
            let first = try await scene.post("/v1/events", event("order.paid", "7"))
            #expect(first.status == 201)
            for other in [event("order.lost", "7"), event("order.paid", "8"), event("order.paid", nil)] {
                let answer = try await scene.post("/v1/events", other)
                #expect(answer.status == 409 && answer.code == "idempotency-key-used", "\(answer)")
                #expect(answer.detail.contains("\"k\"") && answer.detail.contains("order.paid"), "\(answer)")
            }
            let asset: JSONValue = ["partition": "7", "idempotency_key": "k"]
            #expect(try await scene.post("/v1/assets/order.paid", asset).code == "idempotency-key-used")
            #expect(try await scene.post("/v1/events", event("order.lost", "7", team: "other")).status == 201)
            #expect(try await scene.get("/v1/events").json["events"]?.arrayValue?.count == 2)
        }
    }

    @Test func aKeyOfAnotherPartitionOrAssetIsRefused() async throws {
        try await APIScene.play { scene async throws in
            func update(_ asset: String, _ partition: String) async throws -> Answer {
                try await scene.post("/v1/assets/\(asset)", ["partition": .string(partition), "idempotency_key": "k"])
            }
            #expect(try await update("a", "1").status == 201)
            #expect(try await update("a", "1").status == 200)
            for (asset, partition) in [("a", "2"), ("b", "1")] {
                let answer = try await update(asset, partition)
                #expect(answer.status == 409 && answer.code == "idempotency-key-used", "\(answer)")
            }
        }
    }

    @Test(arguments: [
        (#"{"name": "no name"}"#, 422, "event-invalid"), (#"{"name": ""}"#, 422, "event-invalid"),
        (#"{"key": "7"}"#, 400, "bad-request"), (#"{"name": "a", "key": ""}"#, 422, "event-invalid"),
        (#"{"name": "a", "more": 1}"#, 400, "bad-request"), (#"{"name""#, 400, "malformed-json"),
    ])
    func refusesWhatIsNoEvent(_ body: String, status: Int, code: String) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.send("POST", "/v1/events", body: Array(body.utf8))
            #expect(answer.status == status && answer.code == code, "\(answer)")
            #expect(try await scene.get("/v1/events").json["events"] == [])
        }
    }

    @Test(arguments: [300_000, 10_000_000]) func refusesLargeEvents(_ bytes: Int) async throws {
        try await APIScene.play { scene async throws in
            let body: JSONValue = ["name": "a", "data": .string(String(repeating: "x", count: bytes))]
            let answer = try await scene.post("/v1/events", body)
            #expect(answer.status == 413 && answer.code == "body-too-large")
        }
    }

    @Test func hearsWebhooksThatAreSigned() async throws {
        let pool = try await TestDatabase.pool()
        let webhook = WebhookDefinition(name: "ci", form: .hmac, secret: Secret("s"), event: "ci.done", team: "web")
        try await RunningAPI.serve(pool, webhooks: ["ci": webhook]) { api in
            let body = Array(#"{"ok": true}"#.utf8)
            func send(_ path: String, _ headers: [String: String]) async throws -> Answer {
                try await Answer.send("POST", path, to: api.address, token: nil, body: body, headers: headers)
            }
            let signature = HMACSHA256.code(of: body, key: "s".utf8).hex
            let heard = try await send("/v1/webhooks/ci", ["X-Signature-256": signature])
            #expect(heard.status == 201 && heard.json["name"] == "ci.done" && heard.json["team"] == "web")
            let forged = try await send("/v1/webhooks/ci", ["X-Signature-256": String(signature.reversed())])
            #expect(forged.status == 401 && forged.code == "webhook-refused")
            #expect(try await send("/v1/webhooks/none", [:]).code == "webhook-not-found")
            #expect(try await EventStore(pool).list().count == 1)
        }
        await pool.close()
    }

    /// Whoever does not know the secret takes no connection that others wait for.
    @Test func refusesAForgedWebhookWithoutTheDatabase() async throws {
        let pool = PostgresPool(.init(conninfo: "host=127.0.0.1 port=1", applicationName: "test"), size: 1)
        let webhooks = ["github", "slack", "stripe"].map { name in
            WebhookDefinition(name: name, form: WebhookDefinition.Form(rawValue: name) ?? .hmac, secret: Secret("s"))
        }
        try await RunningAPI.serve(pool, webhooks: Dictionary(uniqueKeysWithValues: webhooks.map { ($0.name, $0) })) {
            api in
            for (name, headers) in [
                ("github", ["X-Hub-Signature-256": "sha256=00"]),
                ("stripe", ["Stripe-Signature": "t=1795878000,v1=00"]),
                ("slack", ["X-Slack-Request-Timestamp": "1795878000", "X-Slack-Signature": "v0=00"]),
                ("slack", ["X-Slack-Signature": "v0=00"]),
            ] {
                let answer = try await Answer.send(
                    "POST",
                    "/v1/webhooks/\(name)",
                    to: api.address,
                    token: nil,
                    body: Array("{}".utf8),
                    headers: headers
                )
                #expect(answer.status == 401 && answer.code == "webhook-refused", "\(name) \(headers): \(answer)")
            }
        }
        await pool.close()
    }
}
