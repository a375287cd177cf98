import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What few clients and providers do, and what providers should not: each side is told what it can understand.
@Suite(.serialized) struct GatewayWireTests {
    @Test(.timeLimit(.minutes(5))) func readsOldWays() async throws {
        let outcome = try await RudeOutcome.of("old-ways")
        let said = (outcome.said.objectValue ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.stringValue }
        // The answer to HEAD has no body, which would be the beginning of the next answer.
        let answers = said["head"]?.split(separator: "HTTP/1.1 ") ?? []
        #expect(answers.map { $0.prefix(3) } == ["404", "200"], "\(said["head"] ?? "")")
        #expect(answers.first?.hasSuffix("\r\n\r\n") == true, "\(said["head"] ?? "")")
        let beginnings = [
            "options": "HTTP/1.1 404", "any": "HTTP/1.1 403", "put": "HTTP/1.1 404", "1.0": "HTTP/1.0 200",
            "1.0 stream": "HTTP/1.0 200", "continue": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200",
            "trailers": "HTTP/1.1 200", "slashes": "HTTP/1.1 200", "elsewhere": "HTTP/1.1 404",
            "repeated key": "HTTP/1.1 400", "deep": "HTTP/1.1 400", "no utf-8": "HTTP/1.1 400",
            "utf-16": "HTTP/1.1 400", "nul": "HTTP/1.1 400", "values": "HTTP/1.1 413",
        ]
        for (name, beginning) in beginnings {
            #expect(said[name]?.hasPrefix(beginning) == true, "\(name): \(said[name]?.prefix(300) ?? "")")
            let isRefusal = beginning.contains(" 4")
            #expect(said[name]?.contains("chassis: ") == isRefusal, "\(name): \(said[name]?.prefix(900) ?? "")")
        }
        // Without chunks, and with the end of the connection as the end of the answer.
        for name in ["1.0", "1.0 stream"] {
            #expect(said[name]?.contains("chunked") == false && said[name]?.contains("(open)") == false)
        }
        #expect(said["1.0"]?.hasSuffix("}") == true && said["1.0 stream"]?.hasSuffix("data: [DONE]\n\n") == true)
        #expect(outcome.billed == 5)
        #expect(outcome.recorded == 5)
    }

    /// An answer that is not what it says to be is an error, and may have been paid for; noise behind an answer is noise.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("twice", ["stream"], [200], 0), ("long", [], ["200 None"], 0),
            ("short", [], ["502 false", "200 None"], 1),
            ("gzip", [], ["502 false", "200 None"], 1), ("no-utf8", [], ["502 false", "200 None"], 1),
            ("reset", [], ["502 false", "200 None"], 1),
        ] as [(String, [String], JSONValue, Int)]
    ) func believesNoLyingProvider(_ lie: String, _ options: [String], _ said: JSONValue, _ unknown: Int) async throws {
        let scene = try await GatewayScene.make()
        await scene.script("rude", "[\"\(lie)\"]")
        let worker = scene.worker("worker")
        let words = ["until-good", "hello [run:rude turns:1]"] + options
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == said)
        let row = try await scene.fleet.pool.query(
            """
            SELECT count(*) FILTER (WHERE state = 'recorded') AS recorded, coalesce(sum(unknown_calls), 0) AS unknown
            FROM chassis.step WHERE position LIKE 'gateway/%'
            """
        ).rows[0]
        #expect(try row.int("recorded") == 1)
        #expect(try row.int("unknown") == unknown)
        await worker.killAndWait()
        await scene.close()
    }

    /// A token is dead as soon as its program has ended, also while a call that it left is under way.
    @Test(.timeLimit(.minutes(5))) func aTokenIsDeadWhileItsCallIsUnderWay() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/left"
        let prompt = "hello [run:rude turns:1]"
        await scene.hold("rude", from: 1)
        let first = try await scene.submit("leaves", run: RudeOutcome.program(["leave-busy", prompt, file]))
        _ = try await scene.fleet.wait(
            for: first,
            until:
                "SELECT FROM chassis.step JOIN chassis.job USING (job_id) WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%'"
        )
        // Its program is gone, and the attempt goes on, as long as the call takes.
        Fleet.write("", to: file + ".go")
        while scene.program(of: worker, tag: "rude") != nil {
            _ = try await scene.fleet.pool.query("SELECT pg_sleep(0.05)")
        }
        let second = try await scene.submit("takes", run: RudeOutcome.program(["stale-models", prompt, file]))
        #expect(try await scene.fleet.end(of: second) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: second)) == ["status": 401])
        #expect(try await !hasEnded(first, scene))
        await scene.hold("rude", from: nil)
        #expect(try await scene.fleet.end(of: first) == "succeeded", "\(worker.output)")
        #expect(try await scene.log(of: first).contains("through the gateway: 1 calls made"))
        await worker.killAndWait()
        await scene.close()
    }

    /// What a program did is told although its run is cancelled while a call is under way, which is listed as unknown.
    @Test(.timeLimit(.minutes(5))) func tellsOfACancelledProgram() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/left"
        let words = ["leave-busy", "hello [run:rude turns:1]", file]
        await scene.hold("rude", from: 1)
        let run = try await scene.submit("leaves", run: RudeOutcome.program(words))
        let underWay: PostgresStatement = """
            SELECT FROM chassis.step JOIN chassis.job USING (job_id) WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%'
            """
        _ = try await scene.fleet.wait(for: run, until: underWay)
        #expect(try await RunStore(scene.fleet.pool).cancel(run)?.running == 1)
        _ = try await scene.fleet.wait(
            for: run,
            until:
                "SELECT FROM chassis.log WHERE run_id = $1::bigint AND line LIKE 'through the gateway: 1 calls made%'"
        )
        _ = try await scene.fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.step JOIN chassis.job USING (job_id)
                WHERE run_id = $1::bigint AND step.position LIKE 'gateway/%' AND step.state = 'unknown'
                """
        )
        #expect(try await scene.bill(of: "rude").count == 1)
        await worker.killAndWait()
        await scene.close()
    }

    private func hasEnded(_ run: RunID, _ scene: GatewayScene) async throws -> Bool {
        try await scene.fleet.number(
            "SELECT count(*)::integer AS n FROM chassis.ended_run WHERE run_id = $1::bigint",
            of: run
        ) > 0
    }

    /// Clients of Java ask for HTTP/2 in each request, and are content with an answer in HTTP/1.1.
    @Test(.timeLimit(.minutes(5))) func answersWhoeverWouldRatherSpeakHTTP2() async throws {
        let outcome = try await RudeOutcome.of("upgrades")
        let said = (outcome.said.objectValue ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.stringValue }
        for (name, status) in ["h2c": "200", "models": "200", "web socket": "400"] {
            let answer = said[name] ?? ""
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(name): \(answer)")
            // Nothing more is read from the connection.
            let isClosed = answer.lowercased().contains("connection: close") && !answer.hasSuffix(" (open)")
            #expect(isClosed, "\(name): \(answer)")
        }
        // An answer that is no stream is sent as a whole.
        #expect(said["h2c"]?.lowercased().contains("content-length: ") == true, "\(said["h2c"] ?? "")")
        #expect(said["models"]?.contains("upgrade") == false && said["models"]?.contains("http2") == false)
        #expect(said["web socket"]?.contains("WebSocket endpoints are not served") == true)
        #expect(outcome.billed == 1 && outcome.recorded == 1)
    }
}
