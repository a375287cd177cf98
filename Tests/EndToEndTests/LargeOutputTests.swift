import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Outputs that are kept in the store: of programs and models, of mapped jobs, and as what a program reads.
@Suite(.serialized) struct LargeOutputTests {
    /// Each item leaves 20,000 letters, all together more than an argument may have.
    private static let source = """
        name: large
        jobs:
          list: {command: [echo, "[1, 2, 3, 4, 5, 6, 7, 8]"]}
          print:
            needs: [list]
            map: {over: "${{ jobs.list.output }}"}
            command: {run: [printf, "%020000d", "${{ item }}"], output: text}
          say:
            needs: [list]
            map: {over: "${{ jobs.list.output }}", at_once: 1, fold: "${{ outputs }}"}
            llm: {model: fixed/m, prompt: "Say much about ${{ item }}."}
          count:
            needs: [print, say]
            command:
              run: [python3, -c, "import json, sys; v = json.load(sys.stdin); print(json.dumps([[len(t) for t in v[k]] for k in v]))"]
              input: {print: "${{ jobs.print.output }}", say: "${{ jobs.say.output }}"}
          text: {needs: [print], command: {run: [wc, -c], input: "${{ jobs.print.output[2] }}"}}
          cat: {needs: [say], command: {run: [cat], input: "${{ jobs.say.output }}", output: text, limits: {output: 1MiB}}}
          argument: {needs: [print], may_fail: true, command: [echo, "${{ jobs.print.output }}"]}
        """

    @Test(.timeLimit(.minutes(5))) func goFromJobToJobByReference() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let server = ScriptedServer.shared
        let said = String(repeating: "blah ", count: 4_000)
        let answer = #"{"choices":[{"index":0,"message":{"content":"\#(said)"},"finish_reason":"stop"}]}"#
        let url = await server.url(
            Array(repeating: .response("200 OK", ["Content-Type: application/json"], answer), count: 8),
            tag: server.newTag()
        )
        Fleet.write(
            "connections: {fixed: {kind: openai, url: \"\(url)\"}}",
            to: fleet.directory + "/connections.yaml"
        )
        let jobs: [RunStore.NewJob] = [
            .init(name: "list", kind: "command"), .init(name: "print", kind: "command", needs: ["list"]),
            .init(name: "say", kind: "llm", needs: ["list"]),
            .init(name: "count", kind: "command", needs: ["print", "say"]),
            .init(name: "text", kind: "command", needs: ["print"]),
            .init(name: "cat", kind: "command", needs: ["say"]),
            .init(name: "argument", kind: "command", needs: ["print"], isDecisive: false),
        ]
        let run = try await fleet.submit("large", Self.source, jobs)
        let worker = fleet.worker("only")
        let ending = try await fleet.end(of: run)
        let error = try await fleet.error(of: run)
        #expect(ending == "succeeded", "\(error)")
        let rows = try await fleet.pool.query(
            """
            SELECT name, state, output #>> '{}' AS output, output_blob, error #>> '{message}' AS error
            FROM chassis.job JOIN chassis.done USING (job_id)
            WHERE item_index IS NULL ORDER BY position
            """
        ).rows
        let names = try rows.map { try $0.string("name") }
        #expect(names == ["list", "print", "say", "count", "text", "cat", "argument"])
        let eight = Array(repeating: "20000", count: 8).joined(separator: ", ")
        #expect(try rows[3].string("output") == "[[\(eight)], [\(eight)]]")
        #expect(try rows[4].string("output").hasPrefix("20000"))
        #expect(
            try rows.map { try $0.optionalString("output_blob") != nil } == [
                false, true, true, false, false, true, false,
            ]
        )
        // What does not fit says which way does.
        #expect(try rows[6].string("state") == "failed")
        #expect(try rows[6].string("error").contains("input of a command"))
        await worker.killAndWait()
        await fleet.close()
    }
}
