import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Agents that ask people, and whose output people look at; the worker is killed after each of them has spoken.
@Suite(.serialized) struct QuestionTests {
    private static func open(_ run: RunID, _ kind: ApprovalKind, on fleet: Fleet) async throws -> Approval {
        let row = try await fleet.wait(
            for: run,
            until: PostgresStatement(
                name: nil,
                sql: """
                    SELECT approval_id FROM chassis.approval JOIN chassis.waiting USING (job_id)
                    WHERE approval.run_id = $1::bigint AND state = 'open' AND kind = '\(kind.rawValue)'
                    """
            )
        )
        let id = ApprovalID(rawValue: try row.int64("approval_id"))
        return try #require(try await ApprovalStore(fleet.pool).approval(id))
    }

    @Test(.timeLimit(.minutes(5))) func whatPeopleSaidIsKeptThroughKills() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let scheduler = await fleet.scheduler()
        let source = """
            name: asking
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: a person knows [run:asking]
                  tools:
                    - ask: {role: painter}
                  approve:
                    - {output: true}
            """
        let run = try await fleet.submit("asking", source, [.init(name: "work", kind: "agent")])
        var worker = fleet.worker("first")
        let question = try await Self.open(run, .question, on: fleet)
        #expect(question.title == "Which colour?")
        let wrong = await fleet.chassis(["approve", "\(question.id)", "--answer", "green"], at: scheduler)
        #expect(wrong.contains("red, blue"), "\(wrong)")
        _ = await fleet.chassis(["approve", "\(question.id)", "--answer", "blue"], at: scheduler)
        let draft = try await Self.open(run, .output, on: fleet)
        #expect(draft.request["output"] == "a draft")
        await worker.killAndWait()
        let sent = await fleet.chassis(["request-changes", "\(draft.id)", "--text", "brighter, please"], at: scheduler)
        #expect(sent.contains("changes"), "\(sent)")
        worker = fleet.worker("second", failpoint: "before-send:t0003")
        #expect(await worker.ended() == .signalled(SIGKILL), "\(worker.output)")
        worker = fleet.worker("third")
        let better = try await Self.open(run, .output, on: fleet)
        #expect(better.request["output"] == "better")
        await worker.killAndWait()
        _ = await fleet.chassis(["approve", "\(better.id)"], at: scheduler)
        worker = fleet.worker("fourth")
        #expect(try await fleet.end(of: run) == "succeeded")
        let output = try await fleet.pool.query("SELECT output#>>'{}' AS output FROM chassis.done").rows[0]
        #expect(try output.string("output") == "better")
        // Each was asked once, and each answer of the model was paid for once.
        #expect(try await ApprovalStore(fleet.pool).approvals(run: run).count == 3)
        #expect(try fleet.bill(of: "asking").billedByTurn == [1: 1, 2: 1, 3: 1])
        let audit = await fleet.chassis(["audit", "--run", "\(run)"], at: scheduler)
        #expect(audit.contains("approval.changes") && audit.contains("brighter, please"), "\(audit)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }
}
