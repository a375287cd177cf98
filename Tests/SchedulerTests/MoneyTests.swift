import Access
import JobModel
import Storage
import Testing

@Suite struct MoneyTests {
    @Test func budgetsAreSetShownAndRemoved() async throws {
        try await APIScene.play { scene async throws in
            let body: JSONValue = ["team": "growth", "per": "day", "limit_micro_usd": 2_500_000, "mode": "hold"]
            let set = try await scene.send("PUT", "/v1/budgets", body: body.encoded())
            #expect(set.status == 200)
            let budget = try #require(try await scene.get("/v1/budgets").json["budgets"]?[0])
            #expect(
                budget.objectValue?.keys == [
                    "scope", "name", "per", "mode", "limit_micro_usd", "paid_micro_usd", "unknown_micro_usd",
                    "reserved_micro_usd", "free_micro_usd", "ends_at",
                ]
            )
            #expect(budget["free_micro_usd"] == 2_500_000 && budget["mode"] == "hold")
            let named: JSONValue = ["team": "growth", "per": "day"]
            #expect(try await scene.send("DELETE", "/v1/budgets", body: named.encoded()).status == 200)
            #expect(try await scene.send("DELETE", "/v1/budgets", body: named.encoded()).code == "budget-not-found")
        }
    }

    /// What the file says can be removed before a call counts in it, and does not come back with the first one.
    @Test func whatTheFileSaysCanBeRemovedBeforeTheFirstCall() async throws {
        try await APIScene.play { scene async throws in
            let workflow: JSONValue = """
                name: spending
                params:
                  list: {type: array, default: [1, 2]}
                budget: {usd: 1}
                jobs:
                  one: {command: [echo, hi], budget: {usd: 0.5}}
                  two: {command: [echo, hi]}
                  many: {command: [echo, hi], budget: {usd: 0.5}, map: {over: "${{ params.list }}"}}
                """
            let run = try #require(try await scene.post("/v1/runs", ["workflow": workflow]).json["id"]?.integerValue)
            let money = MoneyStore(scene.pool)
            var jobs: [String: JobID] = [:]
            for job in try await RunReader(scene.pool).run(RunID(rawValue: run))?.jobs ?? [] { jobs[job.name] = job.id }
            func remove(_ job: String?) async throws -> Answer {
                let body: JSONValue = ["run": .integer(run), "job": job.map(JSONValue.string) ?? .null]
                return try await scene.send("DELETE", "/v1/budgets", body: body.encoded())
            }
            for job in [nil, "one"] {
                let answer = try await remove(job)
                #expect(answer.status == 200 && answer.json["budgets"] == [], "\(answer.detail)")
                #expect(try await remove(job).code == "budget-not-found")
            }
            // Its items have one each.
            for job in ["two", "many"] { #expect(try await remove(job).code == "budget-not-found") }
            let budget = Budget(limit: MicroDollars(rawValue: 1))
            for job in ["one", "two"] {
                try await money.found(
                    .init(run: budget, job: job == "one" ? budget : nil),
                    of: RunID(rawValue: run),
                    jobs[job]
                )
            }
            #expect(try await money.budgets(of: RunID(rawValue: run)).isEmpty)
        }
    }

    @Test(
        arguments: [
            (["per": "day", "limit_micro_usd": 1], "one \"team\""),
            (["team": "t", "connection": "c", "per": "day", "limit_micro_usd": 1], "one \"team\""),
            (["team": "t", "limit_micro_usd": 1], "lacks \"per\""),
            (["team": "t", "per": "week", "limit_micro_usd": 1], "must be one of run, day, month, total"),
            (["team": "t", "per": "day"], "lacks \"limit_micro_usd\""),
            (["team": "t", "per": "day", "limit_micro_usd": -1], "must be 0 to"),
            (["team": "t", "per": "day", "limit_micro_usd": 1.5], "must be a whole number"),
            (["run": 1, "per": "day", "limit_micro_usd": 1], "leave \"per\" out"),
        ] as [(JSONValue, String)]
    )
    func refusesWhatIsNoBudget(body: JSONValue, detail: String) async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.send("PUT", "/v1/budgets", body: body.encoded())
            #expect(answer.status == 400 && answer.detail.contains(detail), "\(answer.detail)")
        }
    }

    @Test func pricesAreSetShownAndRemoved() async throws {
        try await APIScene.play { scene async throws in
            let model: JSONObject = ["provider": "openai", "model": "m"]
            var body = model
            body["price"] = ["input": 2_500_000, "output": 10_000_000]
            #expect(try await scene.send("PUT", "/v1/prices", body: JSONValue.object(body).encoded()).status == 200)
            let prices = try await scene.get("/v1/prices").json
            #expect(prices["prices"]?[0]?["price"]?["cached_input"] == 2_500_000)
            #expect(prices["shipped"]?["as_of"]?.stringValue != nil)
            body["price"] = ["input": -1, "output": 1]
            #expect(
                try await scene.send("PUT", "/v1/prices", body: JSONValue.object(body).encoded()).code == "bad-request"
            )
            #expect(try await scene.send("DELETE", "/v1/prices", body: JSONValue.object(model).encoded()).status == 200)
            #expect(
                try await scene.send("DELETE", "/v1/prices", body: JSONValue.object(model).encoded()).code
                    == "price-not-found"
            )
        }
    }

    /// Who set or removed what is in the audit log; a token for some teams is for their budgets alone, and for no prices.
    @Test func whoMaySetWhatAndWhoDidIsKnown() async throws {
        try await APIScene.play { scene async throws in
            let token = AccessToken.mint()
            _ = try await AccessTokenStore(scene.pool).add(token.digest, name: "gina", teams: ["growth"])
            func say(_ method: String, _ path: String, _ body: JSONValue) async throws -> Answer {
                try await Answer.send(
                    method,
                    path,
                    to: scene.address,
                    token: token.reveal(),
                    body: body.encoded()
                )
            }
            let run = try await scene.submit()
            let growth: JSONValue = ["team": "growth", "per": "day", "limit_micro_usd": 1]
            let price: JSONValue = ["provider": "p", "model": "m", "price": ["input": 1, "output": 1]]
            #expect(try await say("PUT", "/v1/budgets", growth).status == 200)
            for (method, path, body) in [
                ("PUT", "/v1/budgets", ["team": "sales", "per": "day", "limit_micro_usd": 1]),
                ("PUT", "/v1/budgets", ["connection": "growth", "per": "day", "limit_micro_usd": 1]),
                ("PUT", "/v1/budgets", ["run": .integer(run), "limit_micro_usd": 1]),
                ("DELETE", "/v1/budgets", ["team": "sales", "per": "day"]),
                ("PUT", "/v1/prices", price), ("DELETE", "/v1/prices", ["provider": "p", "model": "m"]),
            ] as [(String, String, JSONValue)] {
                let answer = try await say(method, path, body)
                #expect(answer.status == 403 && answer.code == "not-allowed", "\(method) \(path) \(body.text())")
            }
            #expect(try await scene.get("/v1/prices").json["prices"] == [])
            #expect(try await scene.send("PUT", "/v1/prices", body: price.encoded()).status == 200)
            let remove: JSONValue = ["provider": "p", "model": "m"]
            #expect(try await scene.send("DELETE", "/v1/prices", body: remove.encoded()).status == 200)
            #expect(try await say("DELETE", "/v1/budgets", ["team": "growth", "per": "day"]).status == 200)
            let entries = try await AuditStore(scene.pool).entries().map(\.note)
                .filter { !$0.action.hasPrefix("token") }
            #expect(
                entries.reversed().map { "\($0.actor) \($0.action) \($0.subject)" } == [
                    "gina budget.set budget of team growth per day", "test price.set price of p/m",
                    "test price.remove price of p/m", "gina budget.remove budget of team growth per day",
                ]
            )
            #expect(entries.last?.detail?["limit_micro_usd"] == 1)
        }
    }

    @Test func costsAreAddedUp() async throws {
        try await APIScene.play { scene async throws in
            let answer = try await scene.get("/v1/costs?by=day&from=2026-01-01&to=2026-02-01T00:00:00Z")
            #expect(answer.status == 200 && answer.json["costs"] == [])
            #expect(try await scene.get("/v1/costs?by=month").code == "bad-parameter")
            #expect(try await scene.get("/v1/costs?from=yesterday").code == "bad-parameter")
        }
    }
}
