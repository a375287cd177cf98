import HTTPTransport
import JobModel
import Models
import Synchronization
import TestSupport
import Testing
import Tools
import Workflow

@Suite(.timeLimit(.minutes(3))) struct ToolTests {
    private let scratch = Scratch()

    private func context(_ log: @escaping @Sendable (String) -> Void = { _ in }) -> ToolContext {
        ToolContext(idempotencyKey: "key-1", scratchDirectory: scratch.path, environment: ["GIVEN": "1"], log: log)
    }

    private func command(_ run: [String], parameters: JSONSchema = .anyObject) -> CommandTool {
        CommandTool(
            name: "chart",
            description: "draws",
            run: run,
            parameters: parameters,
            runner: ProgramRunner(),
            programs: ProgramDirectory(path: scratch.path)
        )
    }

    // MARK: Commands

    @Test func aCommandGetsItsArgumentsAsJSONOnItsInput() async throws {
        scratch.write("echo.sh", "#!/bin/sh\ncat; echo; echo \"$#|$GIVEN|$CHASSIS_IDEMPOTENCY_KEY\"; echo noted >&2\n")
        let log = Mutex<[String]>([])
        let context = context { line in log.withLock { $0.append(line) } }
        let output = try await command(["programs:echo.sh", "fixed"]).call(["a": "$(id); --rm"], context)
        #expect(output == ToolOutput("{\"a\":\"$(id); --rm\"}\n1|1|key-1\n"))
        #expect(log.withLock { $0 } == ["noted"])
    }

    @Test func aCommandThatFailsTellsTheModelWhy() async throws {
        let output = try await command(["sh", "-c", "echo half; echo why >&2; exit 3"]).call([:], context())
        #expect(
            output == .fault("chart exited with status 3\nstandard error:\nwhy\n\nstandard output:\nhalf\n")
        )
    }

    @Test func argumentsThatDoNotFitGoBackToTheModel() async throws {
        let schema = try JSONSchema([
            "type": "object", "properties": ["n": ["type": "integer"]], "required": ["n"],
            "additionalProperties": false,
        ])
        let output = try await command(["false"], parameters: schema).call(["n": "x", "m": 1], context())
        #expect(output.isError)
        #expect(output.text.hasPrefix("the arguments do not fit the tool's schema; nothing was done:\n- "))
    }

    @Test(arguments: ["programs:../secret", "programs:/etc/passwd", "programs:a/../../b", "programs:", "programs:link"])
    func aProgramLiesInItsDirectory(argument: String) async throws {
        scratch.write("make-link.sh", "#!/bin/sh\nln -s /bin/sh link\n")
        _ = try await command(["programs:make-link.sh"]).call([:], context())
        let name = String(argument.dropFirst("programs:".count))
        await #expect(throws: ToolsError.programOutsideDirectory(name: name)) {
            try await command([argument]).call([:], context())
        }
    }

    @Test func aMissingProgramIsNamed() async throws {
        await #expect(throws: ToolsError.programMissing(name: "none.py", directory: scratch.path)) {
            try await command(["python3", "programs:none.py"]).call([:], context())
        }
    }

    // MARK: SQL

    @Test func sqlToolsAnswerWithRowsAndFaults() async throws {
        let scene = try await DatabaseScene.make()
        let query = SQLTool(name: "query_warehouse", database: scene.access(.read) { $0.rows = 1 })
        #expect(query.effect == .none)
        #expect(
            try await query.call(
                ["query": "SELECT id FROM item WHERE id >= $1 ORDER BY id", "parameters": [1]],
                context()
            )
            .text == #"{"rows":[{"id":1}],"notice":"only the first 1 rows are shown; there are more"}"#
        )
        let fault = try await query.call(["query": "SELECT nothing"], context())
        #expect(fault.isError)
        #expect(fault.text.contains(#"column "nothing" does not exist"#))
        #expect(try await query.call(["sql": "SELECT 1"], context()).isError)

        let write = SQLTool(name: "write_warehouse", database: scene.access(.write))
        #expect(write.effect == .once)
        #expect(
            try await write.call(["query": "UPDATE item SET name = 'z'"], context()).text
                == #"{"rows":[],"affected_rows":2}"#
        )

        let describe = CatalogTool(name: "describe_warehouse", database: scene.access(.read))
        #expect(try await describe.call([:], context()).text.contains("what is sold"))
        #expect(try await describe.call(["table": "public.item"], context()).text.contains("as on the label"))
        #expect(try await describe.call(["table": "none"], context()).isError)
    }

    // MARK: HTTP

    private func http(_ methods: [HTTPMethod], effect: Effect? = nil) async throws -> HTTPTool {
        let base = try WebAddress("http://127.0.0.1:\(await ScriptedServer.shared.port)/")
        let access = HTTPAccess(target: .below(base), methods: methods, policy: .any)
        return HTTPTool(name: "notify", methods: methods, effect: effect, access: access)
    }

    @Test(arguments: [
        ([HTTPMethod.get, .head], Effect.none), ([.get, .put], .idempotent), ([.get, .post], .once),
    ]) func anHTTPToolHasTheEffectOfItsMethods(methods: [HTTPMethod], effect: Effect) async throws {
        #expect(try await http(methods).effect == effect)
    }

    @Test func anHTTPToolAnswersWithStatusAndBody() async throws {
        let url = await ScriptedServer.shared.url([.response("404 Not Found", [], "no")], tag: "tool")
        let output = try await http([.get]).call(["url": .string(url)], context())
        #expect(output == ToolOutput(#"{"status":404,"headers":{},"body":"no"}"#))
        #expect(try await http([.get]).call(["url": "https://example.com/"], context()).isError)
    }

    @Test func anAnswerThatIsLostLeavesTheOutcomeOfAOnceToolUnknown() async throws {
        let url = await ScriptedServer.shared.url([.reset], tag: "lost")
        let once = try await http([.post])
        let error = await #expect(throws: ToolsError.self) { try await once.call(["url": .string(url)], context()) }
        #expect(error?.nothingHappened == false)
        #expect(try await http([.get]).call(["url": .string(url)], context()).isError)
    }

    @Test func nothingHappenedWhenNobodyListens() async throws {
        let access = HTTPAccess(
            target: .below(try WebAddress("http://127.0.0.1:1/")),
            methods: [.post],
            policy: .any
        )
        let tool = HTTPTool(name: "notify", methods: [.post], access: access)
        #expect(try await tool.call(["url": "/"], context()).isError)
    }

    // MARK: Output

    @Test func aLongOutputIsCutAtTheEndOfACharacter() {
        let output = ToolOutput(String(repeating: "x", count: ToolOutput.limit - 1) + "üü")
        #expect(
            output.text.hasPrefix(
                String(repeating: "x", count: ToolOutput.limit - 1) + "\n[cut: the first \(ToolOutput.limit - 1) of"
            )
        )
        #expect(ToolOutput(String(repeating: "x", count: ToolOutput.limit)).text.utf8.count == ToolOutput.limit)
    }
}
