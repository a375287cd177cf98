import Glibc
import JobModel
import Models
import TestSupport
import Testing
import Tools

/// A server that dies, hangs, lies or floods.
@Suite(.timeLimit(.minutes(3))) struct MCPFailureTests {
    private func error(_ scene: MCPScene, _ name: String) async -> ToolsError? {
        await #expect(throws: ToolsError.self) { try await scene.call(name) }
    }

    @Test func whatADeadServerMeansDependsOnTheEffect() async throws {
        let scene = MCPScene()
        guard case .outcomeUnknown("die_once", _)? = await error(scene, "die_once") else {
            Issue.record("a call whose effect is once is not made again")
            return
        }
        #expect(scene.asked().filter { $0.hasPrefix("call die_once") }.count == 1)
        #expect(try await scene.call("die_first", key: "key-9") == ToolOutput("lived"))
        #expect(scene.asked().filter { $0 == "call die_first key-9" }.count == 2, "under the same key")
        await scene.source.close()
    }

    @Test func aServerIsNotStartedForEver() async throws {
        let scene = MCPScene()
        let dead = try await scene.call("die")
        #expect(dead.isError && dead.text.contains("was ended by signal 9"))
        #expect(scene.asked().filter { $0 == "start" }.count == 3)
        guard case .outcomeUnknown? = await error(scene, "die_same") else {
            Issue.record("nobody knows what became of it")
            return
        }
        guard case .unreachable("test", let reason)? = await error(scene, "echo") else {
            Issue.record("it is not started again")
            return
        }
        #expect(reason.contains("4 times"))
        #expect(scene.asked().filter { $0 == "start" }.count == 4)
        await scene.source.close()
    }

    @Test func aServerThatCannotBeStartedIsNamed() async throws {
        let scene = MCPScene { $0.place = .program(arguments: ["/no/such/server"], environment: [:], directory: nil) }
        guard case .unreachable("test", let reason)? = await error(scene, "echo") else {
            Issue.record("nothing happened")
            return
        }
        #expect(reason.contains("not started"))
    }

    @Test func aServerThatIsNoServerIsNamed() async throws {
        let scene = MCPScene {
            $0.place = .program(
                arguments: ["sh", "-c", "echo usage: >&2; exit 2"],
                environment: [:],
                directory: nil
            )
        }
        guard case .unreachable("test", let reason)? = await error(scene, "echo") else {
            Issue.record("nothing happened")
            return
        }
        #expect(reason.contains("exited with status 2; it said: usage:"))
    }

    @Test func aServerThatNeverAnswersIsWaitedForNoLongerThanALimit() async throws {
        var selection = MCPSelection()
        selection.timeout = .seconds(8)
        let clock = ManualClock()
        let scene = MCPScene(["--form", "both"], selection, clock: clock)
        async let hung = scene.call("hang")
        await scene.untilAsked("call hang -")
        await clock.pass(.seconds(8))
        #expect(try await hung.text == "the server did not answer within 8.0 seconds")
        async let unknown = error(scene, "hang_once")
        await scene.untilAsked("call hang_once key-1")
        await clock.pass(.seconds(8))
        guard case .outcomeUnknown("hang_once", _)? = await unknown else {
            Issue.record("it may be at it still")
            return
        }
        async let wrong = scene.call("wrong_id")
        while !scene.log.contains(where: { $0.contains("an answer that nobody waits for") }) { await Task.yield() }
        await clock.pass(.seconds(8))
        #expect(try await wrong.isError)
        #expect(try await scene.call("echo", ["text": "others go on"]) == ToolOutput("others go on"))
        await scene.source.close()
        #expect(scene.asked().filter { $0 == "notifications/cancelled tools/call" }.count == 3)
        #expect(scene.asked().filter { $0 == "start" }.count == 1)
    }

    @Test func aCallThatIsStoppedTellsTheServer() async throws {
        let scene = MCPScene()
        let tool = try await scene.tool("hang")
        let call = Task { [context = scene.context()] in try await tool.call([:], context) }
        await scene.untilAsked("call hang -")
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(try await scene.call("echo", ["text": "a"]) == ToolOutput("a"))
        #expect(scene.asked().contains("notifications/cancelled tools/call"))
        await scene.source.close()
    }

    @Test func garbageEndsTheServerAndNotTheWorker() async throws {
        let scene = MCPScene()
        let output = try await scene.call("garbage")
        #expect(output.isError && output.text.contains("prints what is no message"))
        // Three starts went to the garbage; one is left.
        #expect(try await scene.call("echo", ["text": "a"]) == ToolOutput("a"))
        #expect(scene.log.filter { $0.contains("no message:") }.count <= 20)
        await scene.source.close()
    }

    @Test func anAnswerThatIsTooLargeIsDroppedAndOthersGoOn() async throws {
        let scene = MCPScene { $0.maximumBytes = 1 << 20 }
        let big = try await scene.tool("big")
        let echo = try await scene.tool("echo")
        async let small = echo.call(["text": "beside it"], scene.context())
        let output = try await big.call(["bytes": 50_000_000], scene.context())
        #expect(output == .fault("the server's answer is larger than 1048576 bytes and was dropped"))
        #expect(try await small == ToolOutput("beside it"))
        #expect(try await scene.call("echo", ["text": "after it"]) == ToolOutput("after it"))
        #expect(scene.asked().filter { $0 == "start" }.count == 1)
        await scene.source.close()
    }

    @Test func aFloodOnStandardErrorIsCutShort() async throws {
        let scene = MCPScene()
        #expect(try await scene.call("flood") == ToolOutput("flooded"))
        await scene.source.close()
        #expect(scene.log.reduce(0) { $0 + $1.utf8.count } < 300_000)
    }

    @Test func nothingIsLeftOfAServer() async throws {
        let mark = "mark-\(UInt64.random(in: 0...UInt64.max))"
        let scene = MCPScene(["--name", mark])
        _ = try await scene.call("echo", ["text": "a"])
        #expect(!ProcessTree.processes(marked: mark).isEmpty)
        await scene.source.close()
        await ProcessTree.noneIsLeft(marked: mark)
        await #expect(throws: ToolsError.self) { try await scene.call("echo", ["text": "a"]) }
    }
}
