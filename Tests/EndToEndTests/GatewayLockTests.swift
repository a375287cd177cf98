import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// The lock by which the next attempt knows of a call under way hangs on a connection, which can be lost.
@Suite(.serialized) struct GatewayLockTests {
    /// The server's processes that hold locks of calls.
    private static let holders: PostgresStatement = """
        SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND datname = current_database()
          AND application_name = 'chassis-worker gateway'
        """

    private static func holder(of scene: GatewayScene) async throws -> Int? {
        try await scene.fleet.pool.query(holders).rows.first?.int("pid")
    }

    /// Waits until a gateway has asked whether calls are under way.
    private static func untilAsked(_ scene: GatewayScene) async throws {
        let asked: PostgresStatement = """
            SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'chassis-worker gateway'
              AND query LIKE '%pg_try_advisory_xact_lock%'
            """
        while try await scene.fleet.pool.query(asked).rows[0].int("n") == 0 {}
    }

    /// - Parameter isNoticed: Whether the gateway takes the lock again before anybody asks for it; else it comes to that only when
    ///   the next attempt has found it free.
    @Test(.timeLimit(.minutes(5)), arguments: [true, false])
    func aCallIsWaitedForAlsoWhenItsLockWasLost(_ isNoticed: Bool) async throws {
        let scene = try await GatewayScene.make()
        let first = scene.worker("first")
        await scene.hold("lost", from: 2)
        let run = try await scene.submit("lost", run: GatewayScene.agent("chat", tag: "lost", turns: 3))
        await scene.untilCalled("lost", 2)
        let gateway = try #require(scene.gateways().first)
        if !isNoticed { kill(gateway, SIGSTOP) }
        let lost = try #require(try await Self.holder(of: scene))
        _ = try await scene.fleet.pool.query("SELECT pg_terminate_backend($1::integer)", [.integer(lost)])
        while try await Self.holder(of: scene) == lost {}
        if isNoticed { while try await Self.holder(of: scene) == nil {} }
        await first.killAndWait()
        let second = scene.worker("second")
        try await Self.untilAsked(scene)
        if !isNoticed {
            kill(gateway, SIGCONT)
            while try await Self.holder(of: scene) == nil {}
        }
        await scene.hold("lost", from: nil)
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(try await scene.bill(of: "lost").compactMap { $0["turn"]?.integerValue } == [1, 2, 3])
        #expect(try await scene.openCalls(of: run) == 0)
        await second.killAndWait()
        await scene.close()
    }
}
