import HTTPTransport
import JobModel
import Storage
import TestSupport
import Testing

/// Jobs of the kind http, with a server that takes a request and dies.
@Suite struct HTTPJobTests {
    /// The job before it leaves a connection that is kept.
    ///
    /// The server reads what comes over it next, and closes it.
    @Test(.timeLimit(.minutes(5)), arguments: [("once", 1), ("idempotent", 2)])
    func whatIsToBeDoneOnceIsSentOnce(_ effect: String, _ requests: Int) async throws {
        let fleet = try await Fleet.make(turns: 1)
        let server = ScriptedServer.shared
        let okay = await server.url([.response("200 OK")], tag: server.newTag())
        let tag = server.newTag()
        let dead = await server.url([.close], tag: tag)
        let base = "http://127.0.0.1:\(await server.port)"
        Fleet.write(
            "connections: {web: {kind: http, url: \"\(base)\", allow_private: true}}",
            to: fleet.directory + "/connections.yaml"
        )
        let source = """
            name: web
            jobs:
              before: {http: {connection: web, method: GET, url: "\(okay.dropFirst(base.count))"}}
              put:
                needs: [before]
                http: {connection: web, method: PUT, url: "\(dead.dropFirst(base.count))", effect: \(effect), unknown: fail}
                retry: {attempts: 1}
            """
        let jobs: [RunStore.NewJob] = [
            .init(name: "before", kind: "http"), .init(name: "put", kind: "http", needs: ["before"]),
        ]
        let run = try await fleet.submit("web", source, jobs)
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "failed", "\(worker.output)")
        let seen = try await HTTPClient.shared.send(HTTPRequest(url: await server.requestsURL(tag)))
        let error = try await fleet.error(of: run)
        #expect(try JSONValue(parsing: seen.body).arrayValue?.count == requests, "\(error)")
        await worker.killAndWait()
        await fleet.close()
    }
}
