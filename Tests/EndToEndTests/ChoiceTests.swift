import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A model chooses between branches, and is shown what another job left.
@Suite(.serialized) struct ChoiceTests {
    private static let source = """
        name: choice
        jobs:
          draw:
            command: [sh, -c, "printf abc > $CHASSIS_ARTIFACTS/a.png"]
          route:
            needs: [draw]
            llm:
              model: fixed/m
              prompt: Which way?
              choose: {refund: The customer wants money back., answer: Everything else.}
              images: [draw/a.png, "https://example.com/logo.png"]
              files: [{from: "data:text/plain;base64,aGk=", name: note.txt}]
              reasoning: low
          refund: {needs: [route], when: jobs.route.output == 'refund', command: [echo, paid]}
          answer: {needs: [route], when: jobs.route.output == 'answer', command: [echo, said]}
        """

    @Test(.timeLimit(.minutes(5))) func takesTheBranchThatTheModelChooses() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let server = ScriptedServer.shared
        let tag = server.newTag()
        let answer =
            #"{"choices":[{"index":0,"message":{"content":"{\"choice\":\"refund\"}"},"finish_reason":"stop"}]}"#
        let url = await server.url([.response("200 OK", ["Content-Type: application/json"], answer)], tag: tag)
        Fleet.write(
            "connections: {fixed: {kind: openai, url: \"\(url)\"}}",
            to: fleet.directory + "/connections.yaml"
        )
        let jobs: [RunStore.NewJob] = [
            .init(name: "draw", kind: "command"), .init(name: "route", kind: "llm", needs: ["draw"]),
            .init(name: "refund", kind: "command", needs: ["route"]),
            .init(name: "answer", kind: "command", needs: ["route"]),
        ]
        let run = try await fleet.submit("choice", Self.source, jobs)
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let rows = try await fleet.pool.query(
            "SELECT name, state, output::text AS output FROM chassis.job JOIN chassis.done USING (job_id) ORDER BY position"
        ).rows
        #expect(try rows.map { try $0.string("state") } == ["succeeded", "succeeded", "succeeded", "skipped"])
        #expect(try rows[1].string("output") == "\"refund\"")
        // What was sent holds the image and the file; what is kept refers to them.
        let requests = ChildProcess(["curl", "-s", await server.requestsURL(tag)])
        _ = await requests.line { _ in false }
        #expect(requests.output.contains("data:image/png;base64,YWJj"))
        #expect(requests.output.contains("note.txt:"))
        #expect(requests.output.contains("https://example.com/logo.png"))
        #expect(requests.output.contains("reasoning_effort"))
        await worker.killAndWait()
        await fleet.close()
    }
}
