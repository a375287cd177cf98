import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What programs and providers do wrong: a clear error, nothing recorded, nobody else disturbed.
@Suite(.serialized) struct GatewayFaultTests {
    @Test(.timeLimit(.minutes(5))) func saysWhatIsWrongInTheProvidersWords() async throws {
        let outcome = try await RudeOutcome.of("refusals")
        #expect(outcome.billed == 0)
        #expect(outcome.recorded == 0)
        let statuses = [
            "no key": 401, "wrong key": 401, "other connection": 403, "no path": 404, "no json": 400, "no object": 400,
            "web socket": 400, "declared too large": 413, "unknown coding": 400, "inflates too large": 413,
            "zstd too large": 413,
        ]
        for (name, status) in statuses {
            let said = outcome.said[name]
            #expect(said == [.integer(Int64(status)), true, "false"], "\(name): \(said?.text() ?? "")")
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: [("flood", "413"), ("bomb", "400")])
    func endsWhatHasNoEnd(_ what: String, _ status: String) async throws {
        let outcome = try await RudeOutcome.of(what)
        #expect(outcome.recorded == 0)
        #expect(outcome.said["status"]?.stringValue == status, "\(outcome.said.text())")
        if what == "flood" {
            #expect(outcome.said["error"]?.stringValue?.hasPrefix("chassis: ") == true, "\(outcome.said.text())")
        }
    }

    @Test(.timeLimit(.minutes(5))) func readsCompressedRequests() async throws {
        #expect(try await RudeOutcome.of("compressed").said == ["status": 200, "text": "all done"])
    }

    @Test(.timeLimit(.minutes(5)), arguments: [1, 150, 400, 700]) func billsOnceWhoeverHangsUp(_ count: Int)
        async throws
    {
        let prompt = "hello [run:rude turns:1 delay:300 chunks:3]"
        let outcome = try await RudeOutcome.of("hang-up", prompt, "\(count)")
        #expect(outcome.billed == 1)
        #expect(outcome.recorded == 1)
        #expect(outcome.said["begins alike"] == true && outcome.said["ended"] == true, "\(outcome.said.text())")
    }

    @Test(.timeLimit(.minutes(5))) func givesEqualRequestsAtOnceTheirOwnAnswers() async throws {
        let outcome = try await RudeOutcome.of("parallel", "hello [run:rude turns:1 delay:200]")
        #expect(outcome.billed == 3)
        #expect(outcome.said == ["different": 3])
    }

    @Test(.timeLimit(.minutes(5))) func joinsTheCallOfAClientThatLostPatience() async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("rude", from: 1, inTheMiddle: true)
        let worker = scene.worker("worker")
        let words = ["impatient", "hello [run:rude turns:1]", "http://127.0.0.1:\(scene.port)"]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said == ["status": 200, "match": "joined", "ended": true], "\(said.text())")
        #expect(try await scene.bill(of: "rude").count == 1)
        await worker.killAndWait()
        await scene.close()
    }

    /// Long answers come for as long as models write, and no program waits for another one's to end.
    @Test(.timeLimit(.minutes(5))) func longAnswersDoNotWaitForEachOther() async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("long", from: 1, inTheMiddle: true)
        let worker = scene.worker("worker")
        let words = ["http://127.0.0.1:\(scene.port)", "12", "hello [run:long turns:1 kib:2400 chunks:2 pause:1]"]
        let run = try await scene.submit("long", run: RudeOutcome.program(words, client: "long_streams.py"))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == ["whole": 12])
        #expect(try await scene.bill(of: "long").count == 12)
        await worker.killAndWait()
        await scene.close()
    }

    /// Without a stream, too: the client's own retry shares the call, whether the first request was given up or not.
    @Test(.timeLimit(.minutes(5)), arguments: ["stay", "leave"])
    func joinsACallThatIsNoStream(_ first: String) async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("rude", from: 1)
        let worker = scene.fleet.worker("worker", arguments: ["--log-level", "debug"])
        let words = ["asks-again", "hello [run:rude turns:1]", "http://127.0.0.1:\(scene.port)", first]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        #expect(await worker.line { $0.contains("a call that is under way is shared") } != nil)
        await scene.hold("rude", from: nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said["first"] == (first == "stay" ? [200, "live"] : [nil, nil]), "\(said.text())")
        #expect(said["second"] == [200, "joined"] && said["same"] == true, "\(said.text())")
        #expect(try await scene.bill(of: "rude").count == 1)
        #expect(try await scene.openCalls(of: run) == 0)
        await worker.killAndWait()
        await scene.close()
    }

    /// What would be served as drifted once it is recorded is shared before that, and not paid for once more.
    @Test(.timeLimit(.minutes(5))) func sharesACallThatDriftedWithWhoeverAsksInPlaceOfAClientThatHasGone() async throws
    {
        let scene = try await GatewayScene.make()
        await scene.hold("rude", from: 2)
        let worker = scene.fleet.worker("worker", arguments: ["--log-level", "debug"])
        let words = ["drifts-again", "hello [run:rude turns:2]", "http://127.0.0.1:\(scene.port)"]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        #expect(await worker.line { $0.contains("a call that is under way is shared") } != nil)
        await scene.hold("rude", from: nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try JSONValue(parsing: try await scene.output(of: run)) == [200, "joined"])
        #expect(try await scene.bill(of: "rude").count == 2)
        #expect(try await scene.openCalls(of: run) == 0)
        #expect(try await scene.log(of: run).contains("is shared, drifted"))
        await worker.killAndWait()
        await scene.close()
    }

    /// The retry of a request for which there was no room is no retry of the equal one that is under way.
    @Test(.timeLimit(.minutes(5))) func givesARequestItsOwnAnswerForWhichThereWasNoRoom() async throws {
        let scene = try await GatewayScene.make()
        await scene.hold("large", from: 1)
        await scene.hold("rude", from: 1, inTheMiddle: true)
        let worker = scene.worker("worker")
        let words = ["no-room", "hello [run:rude turns:1]", "http://127.0.0.1:\(scene.port)"]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said == ["refused": 503, "match": "live", "different": true], "\(said.text())")
        #expect(try await scene.bill(of: "rude").count == 2)
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func recordsNoPageThatIsNoAnswer() async throws {
        let outcome = try await RudeOutcome.of("until-good", script: #"["429", "html", "close"]"#)
        #expect(outcome.recorded == 1)
        // The page and the closed connection may have been paid for.
        #expect(outcome.unknown == 2)
        #expect(outcome.said.arrayValue?.count == 4, "\(outcome.said.text())")
        #expect(outcome.said[0] == "429 None" && outcome.said[1] == "502 false", "\(outcome.said.text())")
    }

    @Test(.timeLimit(.minutes(5))) func takesNoCutStreamForAnAnswer() async throws {
        let outcome = try await RudeOutcome.of("until-good", "hello [run:rude turns:1]", "stream", script: #"["cut"]"#)
        #expect(outcome.billed == 2)
        #expect(outcome.recorded == 1)
        #expect(outcome.said == ["cut", 200])
    }

    /// The program's SDK says what the provider says, and not that its stream was cut.
    @Test(.timeLimit(.minutes(5))) func passesOnWhatIsReportedInAStream() async throws {
        let script = #"["error", null, "error", null, "error", null, "error", null]"#
        let outcome = try await RudeOutcome.of("reported", script: script)
        #expect(outcome.said.objectValue?.count == 4, "\(outcome.said.text())")
        for (format, said) in outcome.said.objectValue ?? [:] {
            let error = said[0]?[1]?["message"]?.stringValue ?? ""
            #expect(error.hasPrefix("overloaded, says ") && error.hasSuffix("<redacted>"), "\(format): \(said.text())")
            // With what came before it.
            #expect((said[0]?[0]?.integerValue ?? 0) > 1 && said[0]?[2] == "live", "\(format): \(said.text())")
            #expect(said[1]?[1]?.isNull == true, "\(format): \(said.text())")
            #expect(said[1]?[2] == "live", "\(format): \(said.text())")
        }
        // Each of them may have been paid for.
        #expect(outcome.billed == 8 && outcome.recorded == 4 && outcome.unknown == 4)
    }

    /// It is there, and saying that it is not would have somebody look for it.
    @Test(.timeLimit(.minutes(5)), arguments: [("azure", "azure-openai"), ("notes", "sqlite")])
    func saysThatAConnectionIsNotOfAKindForPrograms(_ name: String, _ kind: String) async throws {
        let scene = try await GatewayScene.make()
        let path = scene.fleet.directory + "/connections.yaml"
        Fleet.write(
            Fleet.read(path) + """

                  azure: {kind: azure-openai, url: "http://127.0.0.1:1", api_version: 2024-10-21, key: k}
                  notes: {kind: sqlite, path: "\(scene.fleet.directory)/notes.db"}
                """,
            to: path
        )
        let worker = scene.worker("worker")
        let source = """
            name: kinds
            jobs:
              work:
                command: {run: ["true"], connections: [\(name)]}
                retry: {attempts: 1}
            """
        let run = try await scene.fleet.submit("kinds", source, [.init(name: "work", kind: "command")])
        #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
        let error = try await scene.fleet.error(of: run)
        let reason =
            "the connection \(name) is of the kind \(kind), and the gateway serves programs those of the kinds openai, "
            + "openai-responses, anthropic, gemini; the worker has claude, fake, gem, spare"
        #expect(error.contains(reason) && error.contains("connection-unknown"), "\(error)")
        await worker.killAndWait()
        await scene.close()
    }

    /// What is no HTTP gets an error all the same, and disturbs nobody.
    @Test(.timeLimit(.minutes(5))) func refusesWhatIsNoRequest() async throws {
        let outcome = try await RudeOutcome.of("lies")
        #expect(outcome.billed == 1)
        #expect(outcome.recorded == 1)
        for (name, said) in outcome.said.objectValue ?? [:] where name != "still served" {
            #expect(said == [400, "chassis: the request is not understood:"], "\(name): \(said.text())")
        }
        #expect(outcome.said["still served"] == 200)
    }

    @Test(.timeLimit(.minutes(5))) func answersRequestsThatDoNotWaitForEachOther() async throws {
        let outcome = try await RudeOutcome.of("pipelined")
        #expect(outcome.said == ["answers": 3, "texts": 3])
        #expect(outcome.billed == 3)
    }

    @Test(.timeLimit(.minutes(5))) func isNotHeldByACrowdThatAsksNothing() async throws {
        let outcome = try await RudeOutcome.of("crowd", more: ", limits: {open_files: 8192}")
        #expect(outcome.said == ["status": 200, "held": true, "opened": 4300])
    }

    /// Neither is recorded, and both may have been paid for.
    @Test(.timeLimit(.minutes(5)), arguments: [("huge", []), ("endless", ["stream"])])
    func takesNoMoreThanAnAnswerMayHave(_ answer: String, _ options: [String]) async throws {
        let scene = try await GatewayScene.make()
        await scene.script("rude", "[\"\(answer)\"]")
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "rude",
            run: [
                "python3", "\(Fleet.repository)/Tests/Servers/rude_client.py", "until-good",
                "hello [run:rude turns:1]",
            ] + options
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said == (options.isEmpty ? ["502 false", "200 None"] : ["cut", 200]), "\(said.text())")
        let row = try await scene.fleet.pool.query(
            """
            SELECT count(*) FILTER (WHERE state = 'recorded') AS recorded, coalesce(sum(unknown_calls), 0) AS unknown
            FROM chassis.step WHERE position LIKE 'gateway/%'
            """
        ).rows[0]
        #expect(try row.int("recorded") == 1 && row.int("unknown") == 1)
        await worker.killAndWait()
        await scene.close()
    }

    /// What cannot be recorded is paid for once, and nothing behind it is.
    @Test(.timeLimit(.minutes(5)), .enabled(if: TemporaryMount.isPossible, "mounting needs root"))
    func asksNothingMoreWhenTheStoreIsFull() async throws {
        let scene = try await GatewayScene.make()
        let store = scene.fleet.directory + "/store"
        mkdir(store, 0o755)
        let mount = try TemporaryMount(at: store, options: "size=256k")
        let worker = scene.worker("worker")
        let run = try await scene.submit(
            "rude",
            run: [
                "python3", "\(Fleet.repository)/Tests/Servers/rude_client.py", "full", "hello [run:rude turns:1]",
                store,
            ]
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(
            said == [
                200, [502, "false", "the answer could not be recorded"],
                [403, "false", "no call is made in this attempt, since none can be recorded"],
            ],
            "\(said.text())"
        )
        #expect(try await scene.bill(of: "rude").count == 2)
        await worker.killAndWait()
        mount.unmount()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func isNotHeldByClientsWithoutEnd() async throws {
        #expect(try await RudeOutcome.of("loris").said == ["status": 200, "held": 200])
    }

    /// A token is dead when its attempt has ended, also for who runs in another job of the same worker.
    @Test(.timeLimit(.minutes(5))) func refusesATokenBehindTheEndOfItsAttempt() async throws {
        let scene = try await GatewayScene.make()
        let worker = scene.worker("worker")
        let words = ["python3", "\(Fleet.repository)/Tests/Servers/rude_client.py"]
        let file = scene.fleet.directory + "/left"
        let first = try await scene.submit("leaves", run: words + ["leave-token", "hello [run:rude]", file])
        #expect(try await scene.fleet.end(of: first) == "succeeded", "\(worker.output)")
        let second = try await scene.submit("takes", run: words + ["stale-token", "hello [run:rude]", file])
        #expect(try await scene.fleet.end(of: second) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: second))
        #expect(said["status"] == 401 && said["again"] == "false", "\(said.text())")
        #expect(said["message"]?.stringValue?.contains("dead when that ends") == true, "\(said.text())")
        #expect(try await scene.bill(of: "rude").isEmpty)
        await worker.killAndWait()
        await scene.close()
    }

    @Test(.timeLimit(.minutes(5))) func keepsTheKeyFromTheProgram() async throws {
        #expect(try await RudeOutcome.of("secrets").said == ["key": false, "postgres": false])
    }
}
