import JobModel
import Models
import TestSupport
import Testing
import Tools

/// A server on the web, in both forms of the protocol.
@Suite(.timeLimit(.minutes(3))) struct MCPWebTests {
    private let scratch = Scratch()

    private func scene(_ options: [String], token: String = "let-me-in") async -> MCPScene {
        await MCPScene.web(options, token: token, log: scratch.path + "/log").scene
    }

    @Test(arguments: ["handshake", "stateless", "both"]) func callsToolsAndHearsOfChanges(form: String) async throws {
        let scene = await scene(["--form", form])
        #expect(try await scene.call("add", ["a": 2, "b": 3]) == ToolOutput("5"))
        #expect(try await scene.call("progress") == ToolOutput("whole"))
        #expect(scene.log.contains("test: 1 of 2, half"))
        let grow = try await scene.tool("grow")
        // The stream on which changes are told is opened beside the calls.
        while !scene.source.hasChanged { _ = try await grow.call([:], scene.context()) }
        #expect(try await scene.listedTools().contains { $0.definition.name == "grown" })
        await scene.source.close()
        let asked = scene.asked(scratch.path + "/log")
        #expect(asked.contains("initialize") == (form == "handshake"))
        #expect(asked.contains("delete own") == (form == "handshake"))
    }

    @Test func mirrorsParametersIntoHeaders() async throws {
        let scene = await scene(["--form", "stateless"])
        #expect(try await scene.call("region", ["where": "eu"]) == ToolOutput("eu"))
        #expect(try await scene.call("region", ["where": "Zürich "]) == ToolOutput("=?base64?WsO8cmljaCA=?="))
        await scene.source.close()
    }

    @Test func beginsAnewWhenTheServerHasForgottenTheSession() async throws {
        let scene = await scene(["--form", "handshake"])
        let error = await #expect(throws: ToolsError.self) { try await scene.call("die_same") }
        // The server of the second session really dies.
        guard case .outcomeUnknown? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(scene.asked(scratch.path + "/log").filter { $0 == "initialize" }.count >= 2)
        await scene.source.close()
    }

    @Test func aDeadServerMeansWhatTheEffectSays() async throws {
        let once = await scene(["--form", "stateless"])
        let error = await #expect(throws: ToolsError.self) { try await once.call("die_once") }
        #expect(error?.nothingHappened == false)
        let gone = await #expect(throws: ToolsError.self) { try await once.call("echo", ["text": "a"]) }
        #expect(gone?.nothingHappened == true)
        await once.source.close()
    }

    @Test func aKeyThatIsNotTakenIsNamed() async throws {
        let scene = await scene([], token: "wrong-key")
        let error = await #expect(throws: ToolsError.self) { try await scene.call("echo", ["text": "a"]) }
        guard case .unreachable("test", let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("401") && !reason.contains("wrong-key"))
    }

    @Test func takesUpAStreamThatBrokeOff() async throws {
        let scene = await scene(["--form", "handshake"])
        #expect(try await scene.call("broken") == ToolOutput("mended"))
        await scene.source.close()
        #expect(scene.asked(scratch.path + "/log").filter { $0 == "call broken -" }.count == 1)
    }

    @Test(arguments: ["broken_end", "broken_odd", "late_once", "pings", "fault_once"])
    func aCallThatWasBegunIsNotTakenForOneThatWasNot(name: String) async throws {
        let scene = await scene(["--form", "handshake"])
        let error = await #expect(throws: ToolsError.self) { try await scene.call(name) }
        guard case .outcomeUnknown? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await scene.source.close()
        #expect(scene.asked(scratch.path + "/log").filter { $0 == "call \(name) key-1" }.count == 1)
    }

    /// What stands before a server writes such errors too, when the server is at it for too long.
    @Test(arguments: [408, 502, 504]) func anErrorOfAGatewayIsNoRefusal(status: Int) async throws {
        let scene = await scene(["--form", "stateless", "--fault", "\(status)"])
        let error = await #expect(throws: ToolsError.self) { try await scene.call("status_once") }
        guard case .outcomeUnknown("status_once", let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("\(status)"))
        await scene.source.close()
        #expect(scene.asked(scratch.path + "/log").filter { $0 == "call status_once key-1" }.count == 1)
    }

    @Test(arguments: [["400"], ["504", "--own"]]) func whatAServerRefusesItselfTheModelIsTold(options: [String])
        async throws
    {
        let scene = await scene(["--form", "stateless", "--fault"] + options)
        let output = try await scene.call("status_once")
        #expect(output.isError && output.text.contains("not now"))
        await scene.source.close()
    }
}
