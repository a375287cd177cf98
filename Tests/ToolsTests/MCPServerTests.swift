import Glibc
import JobModel
import Models
import TestSupport
import Testing
import Tools

/// A server that is a program, in both forms of the protocol, well-behaved.
@Suite(.timeLimit(.minutes(3))) struct MCPServerTests {
    @Test(arguments: [
        ("handshake", ["server/discover", "initialize", "notifications/initialized", "tools/list"]),
        ("stateless", ["server/discover", "subscriptions/listen", "tools/list"]),
        ("both", ["server/discover", "subscriptions/listen", "tools/list"]),
        ("dies", ["server/discover", "start", "initialize", "notifications/initialized", "tools/list"]),
    ]) func speaksTheFormThatTheServerKnows(form: String, asked: [String]) async throws {
        let scene = MCPScene(["--form", form])
        #expect(try await scene.call("add", ["a": 2, "b": 3]) == ToolOutput("5"))
        await scene.source.close()
        #expect(Array(scene.asked().dropFirst().prefix(asked.count)) == asked)
        #expect(scene.asked().last == "end", "the server is left by the end of its input")
    }

    @Test func isToldWhichFormToSpeak() async throws {
        let scene = MCPScene(["--form", "silent"]) { $0.form = .handshake }
        #expect(try await scene.call("echo", ["text": "hi"]) == ToolOutput("hi"))
        await scene.source.close()
        #expect(!scene.asked().contains("server/discover"))
    }

    @Test func goesOnToTheHandshakeWhenTheServerSaysNothing() async throws {
        let clock = ManualClock()
        let scene = MCPScene(["--form", "silent"], clock: clock)
        async let output = scene.call("echo", ["text": "hi"])
        await scene.untilAsked("server/discover")
        await clock.pass(.seconds(15))
        #expect(try await output == ToolOutput("hi"))
        await scene.source.close()
    }

    /// It had not come to the question when that was given up, and ends at it later.
    @Test func greetsAServerAnewThatWasSlowToEndAtTheQuestion() async throws {
        let (clock, gate) = (ManualClock(), Scratch())
        let scene = MCPScene(["--form", "dies", "--gate", gate.path + "/open"], clock: clock)
        async let output = scene.call("echo", ["text": "hi"])
        await scene.untilAsked("start")
        await clock.pass(.seconds(15))
        gate.write("open", "")
        #expect(try await output == ToolOutput("hi"))
        await scene.source.close()
        #expect(scene.asked().filter { $0 == "start" }.count == 2)
    }

    @Test func asksAServerOnlyOnceWhatItDoesNotKnow() async throws {
        let forms = MCPForms()
        for attempt in 1...2 {
            let scene = MCPScene(["--form", "handshake"], forms: forms)
            #expect(try await scene.call("echo", ["text": "hi"]) == ToolOutput("hi"))
            await scene.source.close()
            #expect(scene.asked().contains("server/discover") == (attempt == 1))
        }
    }

    @Test func startsNoServerBeforeItIsNeeded() async throws {
        let scene = MCPScene()
        let listing = try await scene.source.list()
        await scene.source.close()
        let later = MCPScene()
        let tool = try #require(later.source.tools(in: listing).first { $0.definition.name == "echo" })
        #expect(tool.effect == .none && !later.source.hasChanged)
        #expect(later.asked() == [])
        #expect(try await tool.call(["text": 5], later.context()).isError, "checked without the server")
        #expect(later.asked() == [])
        #expect(try await tool.call(["text": "5"], later.context()) == ToolOutput("5"))
        #expect(later.source.hasChanged, "a server that was just started may have other tools")
        await later.source.close()
    }

    // MARK: Lists

    @Test func anotherOrderMakesTheSameListing() async throws {
        var listings: Set<String> = []
        for seed in ["1", "2", "3"] {
            let scene = MCPScene(["--order", seed])
            listings.insert(try await scene.source.list().text())
            await scene.source.close()
        }
        #expect(listings.count == 1)
    }

    @Test func effectsComeFromTheServerAndTheFileHasTheLastWord() async throws {
        var selection = MCPSelection()
        selection.effects = ["grow": .idempotent]
        let scene = MCPScene([], selection)
        var effects: [String: Effect] = [:]
        for tool in try await scene.listedTools() { effects[tool.definition.name] = tool.effect }
        await scene.source.close()
        #expect(effects["echo"] == Effect.none && effects["put"] == .idempotent && effects["write"] == .once)
        #expect(effects["die_once"] == .once && effects["grow"] == .idempotent)
    }

    @Test func offersWhatIsAllowedAndNotDenied() async throws {
        var selection = MCPSelection()
        selection.allow = ["echo", "add", "read_resource", "no_such_tool"]
        selection.deny = ["add"]
        let scene = MCPScene([], selection)
        #expect(try await scene.listedTools().map(\.definition.name) == ["echo", "read_resource"])
        #expect(scene.log.contains { $0.contains("no tool no_such_tool") })
        await scene.source.close()
    }

    @Test func aChangeOfTheToolsIsNoticed() async throws {
        for form in ["handshake", "stateless"] {
            let scene = MCPScene(["--form", form])
            let grow = try await scene.tool("grow")
            #expect(!scene.source.hasChanged)
            _ = try await grow.call([:], scene.context())
            #expect(scene.source.hasChanged)
            #expect(try await scene.call("grown").isError, "it is offered; the server knows nothing of it")
            await scene.source.close()
        }
    }

    @Test func resourcesAndPromptsAreToolsToo() async throws {
        var selection = MCPSelection()
        selection.kinds = [.resources, .prompts]
        let scene = MCPScene([], selection)
        #expect(
            try await scene.listedTools().map(\.definition.name) == ["list_resources", "read_resource", "get_prompt"]
        )
        #expect(try await scene.call("list_resources").text.contains("memo://1"))
        #expect(try await scene.call("read_resource", ["uri": "memo://1"]).text.contains("the text of memo://1"))
        let prompt = try await scene.call("get_prompt", ["name": "greet", "arguments": ["who": "Ada"]])
        #expect(prompt.text == "user:\nGreet Ada.")
        await scene.source.close()
    }

    // MARK: Calls

    @Test func showsWhateverTheServerAnswers() async throws {
        let scene = MCPScene()
        #expect(
            try await scene.call("picture").text
                == "[image image/png, 8 bytes]\n[resource memo://1]\na memo\n[resource memo://2: second]"
        )
        #expect(try await scene.call("structured") == ToolOutput(#"{"n": 1}"#))
        #expect(try await scene.call("fail") == .fault("it went wrong"))
        #expect(try await scene.call("refuse").text.contains("the server refused"))
        #expect(try await scene.call("progress") == ToolOutput("whole"))
        #expect(scene.log.contains("test: 1 of 2, half"))
        // A ping is answered, beside the call.
        while !scene.asked().contains("answer {}") { await Task.yield() }
        await scene.source.close()
    }

    @Test func aCallCarriesItsIdempotencyKeyUnlessItHasNoEffect() async throws {
        let scene = MCPScene()
        _ = try await scene.call("put", ["text": "a"], key: "key-7")
        _ = try await scene.call("echo", ["text": "a"], key: "key-8")
        await scene.source.close()
        #expect(scene.asked().contains("call put key-7") && scene.asked().contains("call echo -"))
    }

    @Test func theServerInheritsNothingAndItsSecretsAreHidden() async throws {
        setenv("CHASSIS_TEST_SECRET", "s3cret", 1)
        let scene = MCPScene()
        let names = try await scene.call("environment")
        #expect(!names.text.contains("CHASSIS_TEST_SECRET") && names.text.contains("\"TOKEN\""))
        #expect(
            try await scene.call("echo", ["text": .string("it is \(MCPScene.secret)!")]).text == "it is <redacted>!"
        )
        await scene.source.close()
    }

    @Test func aSchemaThatCannotBeAppliedStillChecksTheRest() async throws {
        let scene = MCPScene()
        let tool = try await scene.tool("odd.name")
        #expect(try await tool.call([:], scene.context()).text.contains("the arguments do not fit"))
        await scene.source.close()
    }
}
