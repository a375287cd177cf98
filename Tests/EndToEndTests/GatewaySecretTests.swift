import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// The key of a provider is in nothing that a program sees, nor in anything that is kept, whatever the provider tells.
@Suite(.serialized) struct GatewaySecretTests {
    @Test(.timeLimit(.minutes(5))) func theKeyReachesNeitherProgramNorAnythingThatIsKept() async throws {
        let scene = try await GatewayScene.make()
        let folder = scene.fleet.directory + "/got"
        _ = await ChildProcess(["mkdir", folder]).ended()
        let tales = ["tell-401", "tell-502", "tell-page", "tell-document", "tell-stream", "tell-error"]
        for tale in tales { await scene.script(tale, "[\"\(tale)\"]") }
        let masked = GatewayScene.key.utf8.map { String($0 ^ 0x5a, radix: 16) }
            .map { $0.count == 1 ? "0" + $0 : $0 }.joined()
        let worker = scene.fleet.worker("worker", arguments: ["--log-level", "trace"])
        let scheduler = await scene.fleet.scheduler(arguments: ["--log-level", "trace"])
        let run = try await scene.submit(
            "prying",
            run: ["python3", "\(Fleet.repository)/Tests/Servers/prying_client.py", folder, masked]
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let said = try JSONValue(parsing: try await scene.output(of: run))
        #expect(said["in memory"] == 0)
        #expect(
            said["statuses"] == [
                "tell-401": 401, "tell-502": 502, "tell-page": 502, "tell-document": 200, "tell-stream": 200,
                "tell-error": 200,
            ],
            "\(said.text())"
        )
        // The provider has seen it.
        for tale in tales {
            let bill = try await scene.bill(of: tale)
            #expect(bill.map { $0["key"]?.stringValue?.hasSuffix(GatewayScene.key) } == [true], "\(tale)")
        }
        let dump = ChildProcess(["pg_dump", "--data-only", "--dbname", scene.fleet.conninfo])
        _ = await dump.line { _ in false }
        #expect(dump.output.contains("gateway/fake#1"), "nothing was dumped: \(dump.output.prefix(300))")
        var shown = [
            "the worker's log": worker.output, "the scheduler's log": scheduler.output, "the database": dump.output,
        ]
        shown["the run"] = await scene.fleet.chassis(["show", "\(run)", "--json"], at: scheduler)
        shown["its log"] = await scene.fleet.chassis(["logs", "\(run)"], at: scheduler)
        #expect(worker.output.contains(" debug "), "\(worker.output.prefix(300))")
        for (name, text) in shown {
            #expect(!text.contains(GatewayScene.key) && !text.contains(Self.hexadecimal), "\(name)")
        }
        // What the program was sent, its environment, journals and blobs.
        let found = ChildProcess([
            "grep", "-r", "-a", "-l", "-e", GatewayScene.key, "-e", Self.hexadecimal, folder,
            scene.fleet.directory + "/store",
        ])
        _ = await found.line { _ in false }
        #expect(found.output.isEmpty, "\(found.output)")
        let told = ChildProcess(["grep", "-r", "-a", "-l", "redacted", folder])
        _ = await told.line { _ in false }
        #expect(told.output.split(separator: "\n").count == 2 * tales.count, "\(told.output)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }

    /// A program that runs as its worker's user may find a secret, and send it: the provider gets it, and people do not see it.
    @Test(.timeLimit(.minutes(5))) func whatAProgramSendsIsShownWithoutSecrets() async throws {
        let scene = try await GatewayScene.make()
        let directory = scene.fleet.directory
        let other = "hook-token-0123456789"
        let file = directory + "/connections.yaml"
        Fleet.write(
            Fleet.read(file)
                + "\n  hooks: {kind: http, url: \"http://127.0.0.1:1/\", headers: {Authorization: \(other)}}\n",
            to: file
        )
        Fleet.write("[run:leaking turns:2] \(GatewayScene.key) \(other)", to: directory + "/found")
        let agent = "\(Fleet.repository)/Tests/Servers/plain_agent.py"
        let step = """
            import json, os, urllib.request as u
            def send(method, **more):
                token = {"Authorization": "Bearer " + os.environ["CHASSIS_STEP_TOKEN"]}
                url = os.environ["CHASSIS_STEP_URL"] + "/leak"
                return json.load(u.urlopen(u.Request(url, json.dumps(more).encode(), token, method=method)))
            send("PUT", position=send("POST")["position"], error="no way with " + open("\(directory)/found").read())
            """
        let script = """
            set -e
            python3 \(agent) chat "$(cat \(directory)/found)"
            [ -e \(directory)/died ] || { python3 -c '\(step)'; touch \(directory)/died; kill -9 $$; }
            python3 \(agent) chat "$(cat \(directory)/found)" drift
            """
        let worker = scene.fleet.worker("worker", arguments: ["--log-level", "trace"])
        let scheduler = await scene.fleet.scheduler(arguments: ["--log-level", "trace"])
        let run = try await scene.submit("leaking", run: ["bash", "-c", script])
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        // Two calls of the first attempt, served to the second one exactly, and its second agent's.
        #expect(try await scene.bill(of: "leaking").count == 4)
        let dump = ChildProcess(["pg_dump", "--data-only", "--dbname", scene.fleet.conninfo])
        _ = await dump.line { _ in false }
        #expect(dump.output.contains("no way with [run:leaking turns:2] <redacted> <redacted>"))
        var shown = [
            "the worker's log": worker.output, "the scheduler's log": scheduler.output, "the database": dump.output,
        ]
        for words in [["show", "--json"], ["logs"], ["transcript", "--json"], ["transcript"]] {
            shown[words.joined(separator: " ")] = await scene.fleet.chassis(
                [words[0], "\(run)"] + words.dropFirst(),
                at: scheduler
            )
        }
        #expect(
            shown["transcript"]?.contains("[run:leaking turns:2] <redacted> <redacted>") == true,
            "\(shown["transcript"] ?? "")"
        )
        for (name, text) in shown {
            #expect(!text.contains(GatewayScene.key) && !text.contains(other), "\(name): \(text)")
        }
        let found = ChildProcess(["grep", "-r", "-a", "-l", "-e", GatewayScene.key, "-e", other, directory + "/store"])
        _ = await found.line { _ in false }
        #expect(found.output.isEmpty, "\(found.output)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
    }

    /// Who is asked whether a step happened is shown its input.
    @Test(.timeLimit(.minutes(5))) func aQuestionAboutAStepShowsNoSecrets() async throws {
        let scene = try await GatewayScene.make()
        Fleet.write("the key is \(GatewayScene.key)", to: scene.fleet.directory + "/found")
        let step = """
            import json, os, urllib.request as u
            token = {"Authorization": "Bearer " + os.environ["CHASSIS_STEP_TOKEN"]}
            body = {"effect": "once", "input": open("\(scene.fleet.directory)/found").read()}
            answer = json.load(u.urlopen(u.Request(os.environ["CHASSIS_STEP_URL"] + "/leak", json.dumps(body).encode(), token)))
            print(json.dumps(answer["result"]))
            """
        let worker = scene.worker("worker")
        let run = try await scene.submit("asking", run: ["python3", "-c", step])
        let question = try await scene.asked(run)
        #expect(question.request["arguments"] == "the key is <redacted>")
        try await scene.decide(question, .happened, with: "it was")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        #expect(try await scene.output(of: run) == #""it was""#)
        await worker.killAndWait()
        await scene.close()
    }

    /// What programs log for their operators may be gathered by anybody: it has neither the key nor what an attempt is let in with.
    @Test(.timeLimit(.minutes(5))) func logLinesHaveNeitherKeysNorTokens() async throws {
        let scene = try await GatewayScene.make()
        let directory = scene.fleet.directory
        Fleet.write("[run:telling turns:2] \(GatewayScene.key)", to: directory + "/found")
        Fleet.write(
            "cat \(directory)/found \(directory)/tokens; cat \(directory)/tokens \(directory)/found >&2; exit 3",
            to: directory + "/leak.sh"
        )
        // The provider refuses, and tells the key; so does the tool; and the attempt ends with both of its streams telling it.
        await scene.script("telling", "[\"tell-401\"]")
        let script = """
            for token in "$OPENAI_API_KEY" "$CHASSIS_STEP_TOKEN" "${CHASSIS_MCP_URL##*/}"; do echo "$token" >> \(directory)/tokens; done
            python3 \(Fleet.repository)/Tests/Servers/plain_agent.py chat "$(cat \(directory)/found \(directory)/tokens)"
            python3 \(Fleet.repository)/Tests/Servers/tool_client.py 'leak={}'
            cat \(directory)/found \(directory)/tokens; cat \(directory)/found \(directory)/tokens >&2
            [ -e \(directory)/failed ] || { touch \(directory)/failed; exit 4; }
            """
        let worker = scene.fleet.worker("worker", arguments: ["--log-level", "trace"])
        let scheduler = await scene.fleet.scheduler(arguments: ["--log-level", "trace"])
        let run = try await scene.submit(
            "telling",
            run: ["bash", "-c", script],
            more: ", tools: [{command: {name: leak, run: [sh, \(directory)/leak.sh], effect: none}}]"
        )
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let log = try await scene.log(of: run)
        #expect(log.contains("<redacted>") && !log.contains(GatewayScene.key), "\(log)")
        #expect(try await scene.bill(of: "telling").count == 3)
        let tokens = Fleet.read(directory + "/tokens").split(separator: "\n").map(String.init)
        #expect(Set(tokens).count >= 4 && tokens.allSatisfy { $0.count > 20 }, "\(tokens)")
        let errors = await scene.fleet.chassis(["show", "\(run)", "--json"], at: scheduler)
        await worker.killAndWait()
        await scheduler.killAndWait()
        #expect(worker.output.contains(" debug ") && worker.output.contains("job.id="), "\(worker.output)")
        #expect(scheduler.output.contains(" info "), "\(scheduler.output)")
        for (name, text) in ["worker": worker.output, "scheduler": scheduler.output] {
            for secret in tokens + [GatewayScene.key, Self.hexadecimal] {
                #expect(!text.contains(secret), "\(name): \(text)")
            }
        }
        #expect(!errors.contains(GatewayScene.key))
        await scene.close()
    }

    private static let hexadecimal = GatewayScene.key.utf8.map { String($0, radix: 16) }.joined()
}
