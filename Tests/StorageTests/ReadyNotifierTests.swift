import Postgres
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReadyNotifierTests {
    /// What came on a connection until now, in turn.
    private static func heard(_ connection: PostgresConnection) async throws -> [String] {
        _ = try await connection.query("NOTIFY chassis_ready, 'that is all'")
        var payloads: [String] = []
        for await notice in connection.notifications {
            if notice.payload == "that is all" { break }
            payloads.append(notice.payload)
        }
        return payloads
    }

    private static func submission(_ source: String, key: String? = nil) -> RunStore.Submission {
        .init(
            workflow: "w",
            source: source,
            jobs: [
                .init(name: "a", kind: "llm", queue: "first"),
                .init(name: "b", kind: "llm", queue: "later", needs: ["a"]),
            ],
            idempotencyKey: key
        )
    }

    @Test func aSubmissionTakesTheMessageWithIt() async throws {
        let fixture = try await QueueFixture.make()
        let listener = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "test"))
        try await Notifications.listen(on: listener)
        // Nobody runs it: what is heard came with the submission.
        let notifier = ReadyNotifier(fixture.pool, interval: .zero)
        #expect(try await fixture.runs.submit(Self.submission("known")).isNew)
        #expect(try await Self.heard(listener) == [])
        #expect(try await fixture.runs.submit(Self.submission("known"), telling: notifier).isNew)
        #expect(try await Self.heard(listener) == ["first"])
        #expect(try await fixture.claim().count == 0, "the other queues' jobs")
        #expect(try await fixture.queue.turn(session: fixture.session, queue: "first", limit: 9).claimed.count == 2)
        await listener.close()
    }

    @Test func oneSoonAfterAnotherLeavesItToTheNotifier() async throws {
        let fixture = try await QueueFixture.make()
        let listener = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "test"))
        try await Notifications.listen(on: listener)
        let notifier = ReadyNotifier(fixture.pool, interval: .seconds(3600))
        _ = try await fixture.runs.submit(Self.submission("known"))
        for _ in 1...3 { #expect(try await fixture.runs.submit(Self.submission("known"), telling: notifier).isNew) }
        #expect(try await Self.heard(listener) == ["first"])
        await listener.close()
    }

    @Test func whatIsNoPlainSubmissionIsToldOfBehindIt() async throws {
        let fixture = try await QueueFixture.make()
        let listener = try await PostgresConnection.connect(.init(conninfo: fixture.conninfo, applicationName: "test"))
        try await Notifications.listen(on: listener)
        let notifier = ReadyNotifier(fixture.pool, interval: .zero)
        // A new version, and then an old key.
        let receipt = try await fixture.runs.submit(Self.submission("new", key: "k"), telling: notifier)
        #expect(receipt.isNew)
        let again = try await fixture.runs.submit(Self.submission("new", key: "k"), telling: notifier)
        #expect(!again.isNew && again.run == receipt.run)
        #expect(try await Self.heard(listener) == ["first"], "sent with the statement that found no version")
        await withTaskGroup(of: Void.self) { group in
            // It ends with its cancellation.
            group.addTask { try? await notifier.run() }
            for await notice in listener.notifications where notice.payload == "first" { break }
            group.cancelAll()
        }
        await listener.close()
    }
}
