import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// What limits cost those who claim: nothing.
@Suite struct GateCostTests {
    private static func buffers(_ fixture: QueueFixture) async throws -> (plan: [String], count: Int) {
        let session = fixture.session.rawValue
        let claim = Statement.claimJobs.sql
            .replacing("$1::bigint", with: "\(session)").replacing("$2::text", with: "'default'")
            .replacing("$3::integer", with: "10").replacing("$4::integer", with: "NULL::integer")
            .replacing("$5::bigint", with: "NULL::bigint").replacing("$6::bigint[]", with: "'{}'::bigint[]")
            .replacing("$7::timestamptz", with: "NULL::timestamptz")
        return try await fixture.pool.withConnection { connection in
            try await connection.execute(
                "SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off; "
                    + "SET enable_hashjoin = off; SET enable_mergejoin = off"
            )
            try await connection.execute("BEGIN")
            let lines = try await connection.query(
                PostgresStatement(name: nil, sql: "EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off) " + claim)
            ).rows.map { try $0.string("QUERY PLAN") }
            try await connection.execute("ROLLBACK")
            let scan = lines.firstIndex { $0.contains("Index Scan using ready_order") } ?? 0
            // Nodes and their order, without what was counted in them.
            let plan = lines.filter { $0.contains("->") || $0.contains("Index Cond") }
                .map { String($0.prefix { $0 != "(" }) }
            return (plan, Buffers.count(in: lines[scan...]))
        }
    }

    @Test func tenThousandKeysChangeNeitherThePlanNorTheBuffersOfAClaim() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<20 { try await fixture.submit((0..<10).map { "j\($0)" }) }
        _ = try await Self.buffers(fixture)
        let before = try await Self.buffers(fixture)
        #expect(before.plan.contains { $0.contains("ready_order") } && !before.plan.contains { $0.contains("Sort") })
        // Ten thousand limits, each of them full, with a job that waits at each.
        try await fixture.pool.withConnection { connection in
            try await connection.execute(
                """
                INSERT INTO chassis.gate (is_run, is_rate, scope, key, most)
                SELECT false, false, 'job w/only', number::text, 1 FROM generate_series(1, 10000) AS number;
                INSERT INTO chassis.permit (holder, is_run, gate_id, attempt, at)
                SELECT 1000000 + gate_id, false, gate_id, 0, now() FROM chassis.gate;
                INSERT INTO chassis.waiting (job_id, run_id, reason, missing, since, queue, priority, attempt, epoch,
                    failures, losses, is_gated, gate_id)
                SELECT 2000000 + gate_id, 1, 'held', 0, now(), 'default', 100, 1, 0, 0, 0, true, gate_id
                FROM chassis.gate;
                """
            )
        }
        _ = try await Self.buffers(fixture)
        let after = try await Self.buffers(fixture)
        #expect(after.plan == before.plan)
        #expect(after.count <= before.count + 1, "\(before.count) and \(after.count) buffers")
    }

    /// However many have begun within the time of a rate, a look at the door is as short.
    @Test func aRateDoesNotCountWhatHasBegun() async throws {
        let fixture = try await QueueFixture.make()
        for _ in 0..<100 { try await fixture.submit(gates: [.rate(1_000_000, .seconds(86_400))]) }
        try await fixture.begin(1_000, from: 1_000_000)
        let before = try await Self.buffersOfALook(fixture)
        try await fixture.begin(99_000, from: 2_000_000)
        let after = try await Self.buffersOfALook(fixture)
        #expect(try await fixture.pending() == 100)
        #expect(after < before * 2, "\(before) and \(after) buffers")
    }

    private static func buffersOfALook(_ fixture: QueueFixture) async throws -> Int {
        let lines = try await fixture.pool.query(
            "EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off) SELECT * FROM chassis.admit(50, NULL)"
        ).rows.map { try $0.string("QUERY PLAN") }
        return Buffers.count(in: lines)
    }

    /// Who uses no limit never comes to the door.
    @Test func plainJobsNeverComeToTheDoor() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit(["a", "b"])
        let jobs = try await fixture.claim()
        #expect(jobs.count == 2 && !jobs.contains(where: \.isGated))
        _ = try await fixture.end(jobs)
        #expect(try await fixture.ending(of: run) == "succeeded")
        #expect(try await fixture.count("SELECT count(*) FROM chassis.permit") == 0)
        #expect(try await fixture.count("SELECT count(*) FROM chassis.gate_news") == 0)
    }

    /// A statement that forgot it would let a job past its limit.
    @Test func everyStatementThatMakesJobsPendingSaysWhetherTheyAreGated() throws {
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "../../Sources/Shared/Storage/SQL/Queries").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count > 100)
        // They put only jobs there that have no gate.
        let ungated: Set<String> = ["submit_run.sql", "submit_lone_job.sql"]
        for name in names {
            let sql = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            for room in ["ready", "lease"] {
                for part in sql.split(separator: "INSERT INTO chassis.\(room)\n").dropFirst() {
                    let columns = part.prefix { $0 != ")" }
                    #expect(columns.contains("is_gated") || ungated.contains(name), "\(name): \(columns)")
                }
            }
        }
    }
}

extension QueueFixture {
    /// Has so many other jobs begin within the time of the only rate.
    fileprivate func begin(_ count: Int, from first: Int) async throws {
        _ = try await pool.query(
            """
            INSERT INTO chassis.permit (holder, is_run, gate_id, attempt, at)
            SELECT number, false, gate_id, 1, now() FROM chassis.gate, generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS number
            """,
            [.integer(first), .integer(count)]
        )
        _ = try await pool.query("UPDATE chassis.gate SET begun = begun + $1::integer", [.integer(count)])
        _ = try await pool.query("ANALYZE chassis.permit")
    }
}
