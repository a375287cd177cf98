import Digests
import HTTPTransport
import JobModel
import Logging
import Postgres
import Scheduler
import Storage
import TestSupport
import Testing

/// Whoever must decide is told, by a message that only we can sign.
@Suite(.timeLimit(.minutes(5))) struct OutboxServiceTests {
    private static let secret = "a secret"

    /// Has a job ask for an approval, at noon.
    private static func ask(_ pool: PostgresPool) async throws {
        let session = try await pool.withConnection { connection in
            try await SessionStore().begin(
                .init(worker: "w", host: "h", pid: 1, version: "t", queues: ["default"], slots: 1),
                lease: .seconds(3600),
                on: connection
            )
        }
        var submission = RunStore.Submission(workflow: "w", source: "s", jobs: [.init(name: "a", kind: "agent")])
        submission.requester = "ann"
        _ = try await RunStore(pool).submit(submission)
        let claimed = try await QueueStore(pool).turn(session: session, queue: "default", limit: 1).claimed
        let job = try #require(claimed.first)
        let request: JSONValue = ["tool": "pay", "arguments": ["amount": 82_000]]
        _ = try await ApprovalStore(pool).ask(
            .init(
                kind: .call,
                position: "t0001.1",
                fingerprint: Array(repeating: 1, count: 32),
                title: "call pay",
                request: request,
                digest: ApprovalDigest.of(.call, request),
                terms: ApprovalTerms(role: "payer")
            ),
            of: job.id,
            epoch: job.epoch,
            now: "2026-03-01T12:00:00Z"
        )
    }

    private static func service(_ pool: PostgresPool, _ url: String, allowsPrivate: Bool = true) -> OutboxService {
        OutboxService(
            pool: pool,
            webhook: Webhook(url: url, secret: Secret(secret), allowsPrivate: allowsPrivate),
            logger: Logger(label: "test")
        )
    }

    private static func received(_ tag: String) async throws -> [JSONValue] {
        let response = try await HTTPClient.shared.send(HTTPRequest(url: await ScriptedServer.shared.requestsURL(tag)))
        return try JSONValue(parsing: response.body).arrayValue ?? []
    }

    @Test func tellsUntilItIsHeard() async throws {
        let pool = try await TestDatabase.pool()
        try await Self.ask(pool)
        let tag = ScriptedServer.shared.newTag()
        let broken = await ScriptedServer.shared.url([.response("500 Oops")], tag: tag)
        #expect(try await Self.service(pool, broken).pass(now: "2026-03-01T12:00:00Z") == 1)
        // Not at once.
        #expect(try await Self.service(pool, broken).pass(now: "2026-03-01T12:00:09Z") == 0)
        let whole = await ScriptedServer.shared.url([.response("204 No Content")], tag: tag)
        #expect(try await Self.service(pool, whole).pass(now: "2026-03-01T12:00:10Z") == 1)
        #expect(try await Self.service(pool, whole).pass(now: "2026-03-08T11:00:00Z") == 0)
        let requests = try await Self.received(tag)
        #expect(requests.count == 2)
        var messages: Set<String> = []
        for (request, seconds) in zip(requests, [1_772_366_400, 1_772_366_410]) {
            var headers: [String: String] = [:]
            for field in request["headers"]?.arrayValue ?? [] {
                headers[field[0]?.stringValue?.lowercased() ?? ""] = field[1]?.stringValue
            }
            let body = try #require(request["body"]?.stringValue)
            let code = HMACSHA256.code(of: "\(seconds).\(body)".utf8, key: Self.secret.utf8)
            #expect(headers["chassis-signature"] == "t=\(seconds),v1=\(code.hex)")
            #expect(headers["chassis-event"] == "approval.asked")
            messages.insert(headers["chassis-message"] ?? "")
            let told = try JSONValue(parsing: body)
            #expect(told["body"]?["request"]?["arguments"]?["amount"] == 82_000)
            #expect(told["body"]?["requested_by"] == "ann")
            #expect(told["body"]?["role"] == "payer")
        }
        #expect(messages.count == 1)
    }

    @Test func reachesNoPrivateAddressUnlessItMay() async throws {
        let pool = try await TestDatabase.pool()
        try await Self.ask(pool)
        let tag = ScriptedServer.shared.newTag()
        let url = await ScriptedServer.shared.url([.response("204 No Content")], tag: tag)
        #expect(try await Self.service(pool, url, allowsPrivate: false).pass(now: "2026-03-01T12:00:00Z") == 1)
        #expect(try await Self.received(tag).isEmpty)
        let error = try await pool.query("SELECT error FROM chassis.outbox").rows[0].string("error")
        #expect(error.contains("127.0.0.1"), "\(error)")
    }

    @Test func givesUpAfterAWeek() async throws {
        let pool = try await TestDatabase.pool()
        try await Self.ask(pool)
        let service = OutboxService(pool: pool, webhook: nil, logger: Logger(label: "test"))
        #expect(try await service.giveUp(now: "2026-03-08T11:59:59Z") == 0)
        #expect(try await pool.query("SELECT FROM chassis.outbox").rows.count == 1)
        #expect(try await service.giveUp(now: "2026-03-08T12:00:01Z") == 1)
        #expect(try await pool.query("SELECT FROM chassis.outbox").rows.isEmpty)
    }
}
