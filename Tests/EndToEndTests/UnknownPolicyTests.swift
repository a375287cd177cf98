import Glibc
import Postgres
import Storage
import TestSupport
import Testing

/// What becomes of calls that nobody decides about: those of unknown outcome with a policy, and approvals whose time is over.
@Suite struct UnknownPolicyTests {
    private static func source(_ more: String, on fleet: Fleet, approve: String = "[]") -> String {
        """
        name: agent-test
        jobs:
          work:
            agent:
              model: model/scripted
              prompt: go through the items [run:agent-test]
              tools:
                - command:
                    name: note
                    run: [sh, -c, "cat >> \(fleet.directory)/notes-agent-test; echo noted"]
                    effect: once
                    \(more)
              approve: \(approve)
            retry: {attempts: 3, delay: 100ms}
        """
    }

    /// A worker dies between a call with the effect once and its record: the policy says what follows, and no person is asked.
    @Test(.timeLimit(.minutes(5)), arguments: [("retry", "succeeded", 2), ("fail", "failed", 1)])
    func asksNobody(_ policy: String, _ end: String, _ calls: Int) async throws {
        let fleet = try await Fleet.make(turns: 3)
        let source = Self.source("unknown: \(policy)", on: fleet)
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let first = fleet.worker("first", failpoint: "after-answer:t0002.1")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == end, "\(second.output)")
        #expect(try fleet.notes().filter { $0 == "2" }.count == calls)
        #expect(try await ApprovalStore(fleet.pool).approvals(run: run).isEmpty)
        if end == "failed" { #expect(try await fleet.error(of: run).contains("outcome-unknown")) }
        await second.killAndWait()
        await fleet.close()
    }

    /// Nobody decides in time, and the rule says that the job fails then: nothing was called.
    @Test(.timeLimit(.minutes(5))) func failsAJobWhoseApprovalExpires() async throws {
        let fleet = try await Fleet.make(turns: 2)
        let source = Self.source(
            "unknown: ask",
            on: fleet,
            approve: "[{tools: [note], within: 1s, otherwise: fail}]"
        )
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let worker = fleet.worker("only")
        let scheduler = await fleet.scheduler()
        #expect(try await fleet.end(of: run) == "failed", "\(worker.output)")
        #expect(try await fleet.error(of: run).contains("approval-expired"))
        #expect(try fleet.notes() == [])
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }
}
