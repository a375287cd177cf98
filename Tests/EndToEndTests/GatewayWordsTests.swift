import JobModel
import Postgres
import TestSupport
import Testing

/// Everything that the gateway serves, in the words of the provider that a program speaks with.
@Suite(.serialized) struct GatewayWordsTests {
    private static let program = "\(Fleet.repository)/Tests/Servers/worded_client.py"

    /// Embeddings, counts of tokens and new conversations are recorded, lists of models are not.
    @Test(.timeLimit(.minutes(5))) func recordsWhatIsNoConversation() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("small", run: ["python3", Self.program, "small", scene.fleet.directory])
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        let bills = try await scene.bills()
        let names = [
            "embeddings", "completions", "completions-stream", "moderations", "conversations", "count_tokens",
            "countTokens",
            "embedContent",
        ]
        for name in names {
            let (first, second) = (said[0]?[name], said[1]?[name])
            #expect(first?["status"] == 200 && first?["match"] == "live", "\(name): \(said.text())")
            #expect(second?["status"] == 200 && second?["match"] == "exact", "\(name): \(said.text())")
            #expect(first?["answer"] == second?["answer"], "\(name)")
            // As the program wrote it, with the real key.
            #expect(bills[name]?.count == 1, "\(name)")
            #expect(bills[name]?[0]["sent"] == first?["sent"], "\(name)")
            #expect(bills[name]?[0]["key"]?.stringValue?.hasSuffix(GatewayScene.key) == true, "\(name)")
        }
        for name in ["openai", "anthropic", "gemini"] {
            #expect(said[1]?[name] == ["status": 200, "match": nil, "models": 1], "\(name): \(said.text())")
        }
        let steps = try await scene.fleet.pool.query(
            "SELECT count(*) AS n FROM chassis.step WHERE position LIKE 'gateway/%'"
        )
        // What costs nothing has no intent.
        #expect(try steps.rows[0].int("n") == 4)
        await worker.killAndWait()
        await scene.close()
    }

    /// Pages, nothing, objects and errors with status 200, pages with status 502 and redirects: errors in the provider's
    /// words, and nothing is recorded.
    @Test(.timeLimit(.minutes(5))) func takesNothingElseForAnAnswer() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "odd",
            run: ["python3", Self.program, "odd", "http://127.0.0.1:\(scene.port)"]
        )
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        let said = try JSONValue(parsing: try await scene.output(of: run)).objectValue ?? [:]
        #expect(said.count == 14 * 6 + 3 * 4)
        for (name, told) in said {
            let family =
                switch name {
                case _ where name.contains("gemini") || name.contains("generate") || name.contains("countTokens"):
                    "gemini"
                case _ where name.contains("embedContent"): "gemini"
                case _ where name.contains("messages") || name.contains("count_tokens") || name.contains("anthropic"):
                    "anthropic"
                default: "openai"
                }
            // The provider's own refusal may be repeated, as its client likes.
            let again: JSONValue = name.hasSuffix("-page") ? nil : "false"
            #expect(told == [502, again, .string(family)], "\(name): \(told.text())")
        }
        let row = try await scene.fleet.pool.query(
            """
            SELECT count(*) FILTER (WHERE state = 'recorded') AS recorded, count(*) FILTER (WHERE state = 'failed') AS failed,
                count(*) FILTER (WHERE unknown_calls = 1) AS unknown
            FROM chassis.step WHERE position LIKE 'gateway/%'
            """
        ).rows[0]
        #expect(try row.int("recorded") == 0)
        // Of ten calls that cost money: a redirect costs nothing, all else may have.
        #expect(try row.int("failed") == 10)
        #expect(try row.int("unknown") == 5 * 10)
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func tellsLateClientsInTheirWords() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let run = try await scene.submit("late", run: ["python3", Self.program, "late"])
        let state = try await scene.fleet.end(of: run)
        let error = try await scene.fleet.error(of: run)
        #expect(state == "succeeded", "\(error)")
        let said = try JSONValue(parsing: try await scene.output(of: run)).objectValue ?? [:]
        for family in ["openai", "anthropic", "gemini"] {
            #expect(said[family] == [408, "true", .string(family)], "\(said[family]?.text() ?? "")")
        }
        // Who has not said the whole of a header has not said whose words to use, either.
        #expect(said["head"] == [408, "true", "openai"], "\(said["head"]?.text() ?? "")")
        await worker.killAndWait()
        await scene.close()
    }
}
