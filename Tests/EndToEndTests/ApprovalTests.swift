import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Agents whose calls people approve, with workers that are killed before and after they do.
@Suite(.serialized) struct ApprovalTests {
    /// Starts a run of an agent each of whose calls must be approved: two in its first turn, and one in its second.
    ///
    /// - Parameter more: A line of the job besides.
    private static func submit(
        _ fleet: Fleet,
        effect: String,
        also: String = "true",
        more: String = ""
    ) async throws -> RunID {
        let source = """
            name: pay
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: go through the items [run:agent-test]
                  tools:
                    - command:
                        name: note
                        run: [sh, -c, "cat >> \(fleet.directory)/notes-agent-test; \(also); echo noted"]
                        parameters: {type: object, properties: {item: {type: string, maxLength: 9}}, required: [item]}
                        effect: \(effect)
                  approve:
                    - {tools: [no*], when: "arguments.item != 'x'"}
                retry: {attempts: 3, delay: 250ms}
                \(more)
            """
        return try await fleet.submit("pay", source, [.init(name: "work", kind: "agent")])
    }

    private static func isSuspended(_ run: RunID, on fleet: Fleet, asking count: Int) async throws -> [Approval] {
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        let open = try await ApprovalStore(fleet.pool).approvals(isOpen: true, run: run)
        #expect(open.count == count)
        return open.sorted { $0.position < $1.position }
    }

    private static func decide(
        _ approval: Approval,
        _ verdict: ApprovalVerdict = .approved,
        proposal: JSONValue? = nil,
        on fleet: Fleet
    ) async throws {
        let result = try await ApprovalStore(fleet.pool).decide(
            approval.id,
            of: approval.jobID,
            .init(
                actor: "ann",
                verdict: verdict,
                digest: ApprovalDigest.of(approval.kind, approval.request, with: approval.proposal),
                proposal: proposal.map { ($0, ApprovalDigest.of(approval.kind, approval.request, with: $0)) },
                reason: "it is right"
            )
        )
        #expect(result != nil)
        try await Notifications.sendReady(["default"], on: fleet.pool)
    }

    /// Workers die at every place around a step that was approved: it is asked once, and paid for once.
    @Test(.timeLimit(.minutes(5))) func aDecisionOutlivesEveryKill() async throws {
        let fleet = try await Fleet.make(turns: 3)
        let scheduler = await fleet.scheduler(arguments: ["--poison-limit", "100"])
        let run = try await Self.submit(fleet, effect: "idempotent")
        let first = fleet.worker("first", arguments: ["--poison-limit", "100"])
        let asked = try await Self.isSuspended(run, on: fleet, asking: 2)
        #expect(asked.map(\.position) == ["t0001.1", "t0001.2"])
        await first.killAndWait()
        for approval in asked { try await Self.decide(approval, on: fleet) }
        let places = ["before-intent", "before-send", "during-answer", "after-answer", "after-checkpoint"]
        for place in places {
            let worker = fleet.worker(place, failpoint: "\(place):t0001.1", arguments: ["--poison-limit", "100"])
            #expect(await worker.ended() == .signalled(SIGKILL), "\(place) \(worker.output)")
        }
        let second = fleet.worker("second", arguments: ["--poison-limit", "100"])
        let next = try await Self.isSuspended(run, on: fleet, asking: 1)
        await second.killAndWait()
        try await Self.decide(try #require(next.first), on: fleet)
        for failpoint in ["after-settlement:t0002.1", "before-end"] {
            let worker = fleet.worker(failpoint, failpoint: failpoint, arguments: ["--poison-limit", "100"])
            #expect(await worker.ended() == .signalled(SIGKILL), "\(failpoint) \(worker.output)")
        }
        let last = fleet.worker("last", arguments: ["--poison-limit", "100"])
        #expect(try await fleet.end(of: run) == "succeeded")
        // No second question, no second payment.
        let all = try await ApprovalStore(fleet.pool).approvals(run: run)
        #expect(all.count == 3)
        #expect(all.allSatisfy { $0.state == .approved && $0.spentAt != nil })
        #expect(try fleet.bill().billedByTurn == [1: 1, 2: 1, 3: 1])
        // What was recorded is not done again; what was begun may be, as its effect allows.
        #expect(try fleet.notes().filter { $0 == "2" }.count == 1)
        await last.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// A job that is done again asks again, for the same calls, and its finished round is neither asked about nor paid for
    /// again when its worker dies in the next one.
    @Test(.timeLimit(.minutes(5))) func everyRoundAsksAnew() async throws {
        let fleet = try await Fleet.make(turns: 2)
        let run = try await Self.submit(
            fleet,
            effect: "once",
            more: "repeat: {until: round >= 2, at_most: 3}"
        )
        let first = fleet.worker("first")
        for approval in try await Self.isSuspended(run, on: fleet, asking: 2) {
            try await Self.decide(approval, on: fleet)
        }
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.approval JOIN chassis.waiting USING (job_id)
                WHERE approval.run_id = $1::bigint AND position = 'r2/t0001.2' AND waiting.reason = 'suspended'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        await first.killAndWait()
        let asked = try await Self.isSuspended(run, on: fleet, asking: 2)
        #expect(asked.map(\.position) == ["r2/t0001.1", "r2/t0001.2"])
        #expect(try fleet.notes().sorted() == ["1a", "1b"])
        for approval in asked { try await Self.decide(approval, on: fleet) }
        let second = fleet.worker("second", failpoint: "after-settlement:r2/t0001.2")
        #expect(await second.ended() == .signalled(SIGKILL), "\(second.output)")
        let third = fleet.worker("third")
        // The other call may have been under way with the worker; then a person says what became of it.
        while try await fleet.pool.query("SELECT FROM chassis.ended_run").rows.isEmpty {
            for open in try await ApprovalStore(fleet.pool).approvals(isOpen: true, run: run) {
                #expect(open.kind == .effect && open.position == "r2/t0001.1")
                let isNoted = try fleet.notes().filter { $0 == "1a" }.count == 2
                try await Self.decide(
                    open,
                    isNoted ? .happened : .notHappened,
                    proposal: isNoted ? ["text": "noted", "is_error": false] : nil,
                    on: fleet
                )
            }
            _ = try await fleet.pool.query("SELECT pg_sleep(0.02)")
        }
        #expect(try await fleet.end(of: run) == "succeeded", "\(third.output)")
        #expect(try fleet.notes().sorted() == ["1a", "1a", "1b", "1b"])
        #expect(try fleet.bill().billedByTurn == [1: 2, 2: 2])
        let calls = try await ApprovalStore(fleet.pool).approvals(run: run).filter { $0.kind == .call }
        #expect(calls.count == 4 && calls.allSatisfy { $0.spentAt != nil })
        await third.killAndWait()
        await fleet.close()
    }

    /// A call that must not happen twice: what is not known a person says, and the approval still holds.
    @Test(.timeLimit(.minutes(5))) func aCallWhoseOutcomeIsUnknownIsResolved() async throws {
        let fleet = try await Fleet.make(turns: 3)
        let scheduler = await fleet.scheduler()
        let run = try await Self.submit(fleet, effect: "once")
        let first = fleet.worker("first")
        let asked = try await Self.isSuspended(run, on: fleet, asking: 2)
        #expect(asked.map(\.position) == ["t0001.1", "t0001.2"])
        await first.killAndWait()
        // Nothing is decided about the other call yet, so this one is under way alone.
        try await Self.decide(asked[0], on: fleet)
        // Nothing was sent; nobody knows that.
        let second = fleet.worker("second", failpoint: "before-send:t0001.1")
        #expect(await second.ended() == .signalled(SIGKILL), "\(second.output)")
        let third = fleet.worker("third")
        let open = try await Self.isSuspended(run, on: fleet, asking: 2)
        let question = try #require(open.first { $0.kind == .effect })
        #expect(question.request["arguments"]?["item"] == "1a")
        await third.killAndWait()
        let answer = await fleet.chassis(
            ["resolve", "\(run)", "work", "t0001.1", "--not-happened", "--why", "the bank says so"],
            at: scheduler
        )
        #expect(answer.contains("not_happened"), "\(answer)")
        // Now it happens, and the worker dies before it has written that down.
        let fourth = fleet.worker("fourth", failpoint: "after-answer:t0001.1")
        #expect(await fourth.ended() == .signalled(SIGKILL), "\(fourth.output)")
        let fifth = fleet.worker("fifth")
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.approval WHERE run_id = $1::bigint AND kind = 'effect' AND state = 'open'
                AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        let resolved = await fleet.chassis(
            ["resolve", "\(run)", "work", "t0001.1", "--happened", "\"noted\""],
            at: scheduler
        )
        #expect(resolved.contains("happened"), "\(resolved)")
        try await Self.decide(asked[1], on: fleet)
        for approval in try await Self.isSuspended(run, on: fleet, asking: 1) {
            #expect(approval.kind == .call)
            try await Self.decide(approval, on: fleet)
        }
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try fleet.notes().filter { $0 == "1a" }.count == 1)
        #expect(try await ApprovalStore(fleet.pool).approvals(run: run).filter { $0.kind == .call }.count == 3)
        await fifth.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// Other arguments are used, and the model is told; a denial is told too.
    @Test(.timeLimit(.minutes(5))) func aPersonEditsAndDenies() async throws {
        let fleet = try await Fleet.make(turns: 3)
        let run = try await Self.submit(fleet, effect: "once")
        let worker = fleet.worker("w")
        let asked = try await Self.isSuspended(run, on: fleet, asking: 2)
        try await Self.decide(asked[0], proposal: ["item": "9z"], on: fleet)
        try await Self.decide(asked[1], .denied, on: fleet)
        for approval in try await Self.isSuspended(run, on: fleet, asking: 1) {
            try await Self.decide(approval, on: fleet)
        }
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try fleet.notes() == ["9z", "2"])
        let journals = try await fleet.journals(of: run)
        #expect(journals.contains("ann changed the arguments of this call"))
        #expect(journals.contains("denied by ann: it is right"))
        await worker.killAndWait()
        await fleet.close()
    }

    /// Who may approve little may not make much of it: those decide then whose rule that falls under.
    @Test(.timeLimit(.minutes(5))) func anEditIsForThoseWhoseRuleItFallsUnder() async throws {
        let fleet = try await Fleet.make(turns: 2)
        let source = """
            name: pay
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
                  approve:
                    - {tools: [note], when: "arguments.item == 'much'", role: director}
                    - {effect: once, role: accountant}
            """
        let run = try await fleet.submit("pay", source, [.init(name: "work", kind: "agent")])
        let worker = fleet.worker("w")
        let asked = try await Self.isSuspended(run, on: fleet, asking: 2)
        #expect(asked.map(\.terms.role) == ["accountant", "accountant"])
        try await Self.decide(asked[0], proposal: ["item": "much"], on: fleet)
        try await Self.decide(asked[1], on: fleet)
        _ = try await fleet.wait(
            for: run,
            until: "SELECT FROM chassis.approval WHERE run_id = $1::bigint AND role = 'director'"
        )
        let again = try await Self.isSuspended(run, on: fleet, asking: 1)
        #expect(again.map(\.terms.role) == ["director"])
        #expect(again.first?.request["arguments"] == ["item": "much"])
        #expect(try !fleet.notes().contains("much"))
        try await Self.decide(again[0], on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try fleet.notes().count { $0 == "much" } == 1)
        #expect(try await fleet.journals(of: run).contains("ann changed the arguments of this call"))
        await worker.killAndWait()
        await fleet.close()
    }

    /// The rules of the job's agent hold for whatever its tools that are agents do.
    @Test(.timeLimit(.minutes(5))) func callsOfAgentsThatAreToolsAreAskedAbout() async throws {
        let fleet = try await Fleet.make(scenarios: [
            [
                "name": "clerk", "match": ["text": "You are a clerk"],
                "turns": [["calls": [["name": "note", "arguments": ["item": "paid"]]]], ["text": "done"]],
            ],
            [
                "name": "lead",
                "turns": [["calls": [["name": "clerk", "arguments": ["task": "pay"]]]], ["text": "done"]],
            ],
        ])
        let source = """
            name: agent-test
            jobs:
              work:
                agent:
                  model: model/scripted
                  prompt: lead the work [run:agent-test]
                  tools:
                    - agent:
                        name: clerk
                        model: model/scripted
                        instructions: You are a clerk [run:agent-test]
                        tools:
                          - command:
                              name: note
                              run: [sh, -c, "cat >> \(fleet.directory)/notes-agent-test; echo noted"]
                              effect: once
                  approve: [{effect: once, role: accountant}]
            """
        let run = try await fleet.submit("agent-test", source, [.init(name: "work", kind: "agent")])
        let worker = fleet.worker("w")
        let asked = try await Self.isSuspended(run, on: fleet, asking: 1)
        #expect(asked.first?.position == "t0001.1/t0001.1")
        #expect(try fleet.notes().isEmpty)
        try await Self.decide(asked[0], on: fleet)
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try fleet.notes() == ["paid"])
        await worker.killAndWait()
        await fleet.close()
    }

    /// A gate with a form, whose values a later job reads; and a wait.
    @Test(.timeLimit(.minutes(5))) func aGateOpensWithAForm() async throws {
        let fleet = try await Fleet.make(turns: 2)
        let scheduler = await fleet.scheduler()
        let source = """
            name: gate
            jobs:
              ok:
                approval:
                  message: Go on?
                  form: {type: object, properties: {days: {type: integer}}, required: [days]}
              pause:
                needs: [ok]
                wait: {for: 300ms}
              last:
                needs: [ok, pause]
                command: {run: [echo, "${{ jobs.ok.output.form.days }} days"], output: text}
            """
        let jobs: [RunStore.NewJob] = [
            .init(name: "ok", kind: "approval"), .init(name: "pause", kind: "wait", needs: ["ok"]),
            .init(name: "last", kind: "command", needs: ["ok", "pause"]),
        ]
        let run = try await fleet.submit("gate", source, jobs)
        let worker = fleet.worker("w")
        let gate = try #require(try await Self.isSuspended(run, on: fleet, asking: 1).first)
        let listed = await fleet.chassis(["approvals"], at: scheduler)
        #expect(listed.contains("Go on?"), "\(listed)")
        let approved = await fleet.chassis(["approve", "\(gate.id)", "--form", "{\"days\": 3}"], at: scheduler)
        #expect(approved.contains("decided by test"), "\(approved)")
        #expect(try await fleet.end(of: run) == "succeeded")
        let output = try await fleet.pool.query(
            "SELECT output#>>'{}' AS output FROM chassis.done JOIN chassis.job USING (job_id) WHERE name = 'last'"
        ).rows[0].string("output")
        #expect(output.contains("3 days"))
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }
}

extension Fleet {
    /// All journals of a run's only job, one after the other.
    fileprivate func journals(of run: RunID) async throws -> String {
        let epochs = try await number(
            "SELECT max(epoch) AS n FROM chassis.done WHERE run_id = $1::bigint",
            of: run
        )
        var text = ""
        for epoch in 1...epochs { text += Self.read(try await journal(of: run, epoch: epoch)) }
        return text
    }
}
