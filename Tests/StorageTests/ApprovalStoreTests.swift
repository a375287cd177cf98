import Digests
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What people are asked, and what they decide: once, and for what they have seen.
@Suite(.timeLimit(.minutes(5))) struct ApprovalStoreTests {
    private struct Scene {
        let fixture: QueueFixture
        let approvals: ApprovalStore
        let run: RunID
        let job: ClaimedJob

        static func make() async throws -> Scene {
            let fixture = try await QueueFixture.make()
            let run = try await fixture.submit([("a", [])]).run
            let job = try #require(try await fixture.claim().first)
            return Scene(fixture: fixture, approvals: ApprovalStore(fixture.pool), run: run, job: job)
        }

        func ask(
            _ amount: Int64 = 82_000,
            terms: ApprovalTerms = ApprovalTerms(),
            epoch: LeaseEpoch? = nil,
            now: String? = nil
        ) async throws -> Approval {
            let request = ApprovalStoreTests.request(amount)
            return try await approvals.ask(
                .init(
                    kind: .call,
                    position: "t0001.1",
                    fingerprint: ApprovalStoreTests.fingerprint,
                    title: "call pay",
                    request: request,
                    digest: ApprovalDigest.of(.call, request),
                    terms: terms
                ),
                of: job.id,
                epoch: epoch ?? job.epoch,
                now: now
            )
        }

        func decide(
            _ approval: Approval,
            _ verdict: ApprovalVerdict = .approved,
            by actor: String = "ann",
            digest: SHA256Digest? = nil,
            edit: JSONValue? = nil,
            now: String? = nil
        ) async throws -> ApprovalStore.Result? {
            try await approvals.decide(
                approval.id,
                of: job.id,
                .init(
                    actor: actor,
                    verdict: verdict,
                    digest: try digest ?? #require(SHA256Digest(hex: approval.digest)),
                    proposal: edit.map { ($0, ApprovalDigest.of(.call, approval.request, with: $0)) },
                    reason: "because"
                ),
                now: now
            )
        }

        /// Begins the step under an approval.
        func spend(_ approval: Approval, _ amount: Int64, epoch: LeaseEpoch? = nil) async throws -> Bool {
            try await StepStore(fixture.pool).intend(
                .init(
                    job: job.id,
                    epoch: epoch ?? job.epoch,
                    attempt: 1,
                    position: "t0001.1",
                    kind: "tool",
                    name: "pay",
                    effect: .once,
                    fingerprint: ApprovalStoreTests.fingerprint
                ),
                under: approval.id,
                digest: ApprovalDigest.of(.call, ApprovalStoreTests.request(amount))
            )
        }
    }

    private static let fingerprint = [UInt8](repeating: 7, count: 32)

    private static func request(_ amount: Int64) -> JSONValue {
        ["tool": "pay", "arguments": ["amount": .integer(amount)], "target": ["connection": "bank"]]
    }

    @Test func isAskedOnceWhateverHappensToTheAttempts() async throws {
        let scene = try await Scene.make()
        let first = try await scene.ask()
        _ = try await scene.fixture.queue.release(scene.job.id, epoch: scene.job.epoch)
        let again = try #require(try await scene.fixture.claim().first)
        #expect(try await scene.ask(epoch: again.epoch).id == first.id)
        let told = try await scene.fixture.pool.query("SELECT event FROM chassis.outbox").rows
        #expect(try told.map { try $0.string("event") } == ["approval.asked"])
        await #expect(throws: StorageError.leaseLost(scene.job.id, scene.job.epoch)) { try await scene.ask() }
    }

    @Test func isDecidedOnce() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        #expect(try await scene.decide(approval)?.state == .approved)
        #expect(try await scene.decide(approval, .denied, by: "bob") == nil)
        #expect(try await scene.decide(approval) == nil)
        let decided = try #require(try await scene.approvals.approval(approval.id))
        #expect(decided.state == .approved && decided.decidedBy == "ann" && decided.reason == "because")
        #expect(try await scene.approvals.approvals(isOpen: true).isEmpty)
        let audit = try await AuditStore(scene.fixture.pool).entries(run: scene.run).map(\.note)
        #expect(audit.map(\.action) == ["approval.approved"])
        #expect(audit.first?.actor == "ann")
    }

    /// Two people decide at the same moment: one of them does.
    @Test func isDecidedByOneOfTwo() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        let results = try await withThrowingTaskGroup(of: ApprovalStore.Result?.self) { group in
            for actor in 0..<8 {
                group.addTask {
                    try await scene.decide(approval, actor.isMultiple(of: 2) ? .approved : .denied, by: "p\(actor)")
                }
            }
            var results: [ApprovalStore.Result?] = []
            for try await result in group { results.append(result) }
            return results
        }
        #expect(results.count { $0 != nil } == 1)
    }

    @Test func needsSoManyPeople() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask(terms: ApprovalTerms(approvals: 2))
        #expect(try await scene.decide(approval, by: "ann")?.state == .open)
        // The same person twice is one.
        #expect(try await scene.decide(approval, by: "ann") == nil)
        #expect(try await scene.approvals.approval(approval.id)?.state == .open)
        #expect(try await scene.decide(approval, by: "bob")?.state == .approved)
    }

    @Test func anEditMakesApprovalsVoidThatWereGivenBefore() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask(terms: ApprovalTerms(approvals: 2))
        _ = try await scene.decide(approval, by: "ann")
        #expect(try await scene.decide(approval, by: "bob", edit: ["amount": 50])?.state == .open)
        // Who has not seen the edit decides nothing.
        #expect(try await scene.decide(approval, by: "cem") == nil)
        let edited = try #require(try await scene.approvals.approval(approval.id))
        #expect(edited.proposal == ["amount": 50])
        #expect(edited.votes.filter(\.counts).map(\.actor) == ["bob"])
        #expect(try await scene.decide(edited, by: "ann")?.state == .approved)
        #expect(try await !scene.spend(edited, 82_000))
        #expect(try await scene.spend(edited, 50))
    }

    @Test func isForWhatWasSeenAndNothingElse() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        // Not decided yet.
        #expect(try await !scene.spend(approval, 82_000))
        _ = try await scene.decide(approval)
        #expect(try await !scene.spend(approval, 820_000))
        #expect(try await scene.fixture.pool.query("SELECT FROM chassis.step").rows.isEmpty)
        #expect(try await scene.spend(approval, 82_000))
        // The step may be begun again: what repeating it means is the step's own business.
        #expect(try await scene.spend(approval, 82_000))
        #expect(try await scene.approvals.approval(approval.id)?.spentAt != nil)
        _ = try await scene.fixture.queue.release(scene.job.id, epoch: scene.job.epoch)
        #expect(try await !scene.spend(approval, 82_000))
    }

    /// What has no intent of its own spends an approval under the same conditions.
    @Test func isSpentWithoutAnIntentForWhatWasSeen() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        func spend(_ amount: Int64) async throws -> Bool {
            try await scene.approvals.spend(
                approval.id,
                of: scene.job.id,
                epoch: scene.job.epoch,
                digest: ApprovalDigest.of(.call, Self.request(amount))
            )
        }
        #expect(try await !spend(82_000))
        _ = try await scene.decide(approval)
        #expect(try await !spend(820_000))
        #expect(try await spend(82_000))
        #expect(try await spend(82_000))
        #expect(try await scene.approvals.approval(approval.id)?.spentAt != nil)
        #expect(try await scene.fixture.pool.query("SELECT FROM chassis.step").rows.isEmpty)
        _ = try await scene.fixture.queue.release(scene.job.id, epoch: scene.job.epoch)
        #expect(try await !spend(82_000))
    }

    /// A rule may ask what a job has cost; a price that is not known may be any.
    @Test func knowsWhatAJobHasCost() async throws {
        let scene = try await Scene.make()
        let steps = StepStore(scene.fixture.pool)
        func add(_ position: String, _ cost: Int64?) async throws {
            let identity = StepStore.Identity(
                job: scene.job.id,
                epoch: scene.job.epoch,
                attempt: 1,
                position: position,
                kind: "model",
                name: "c/m",
                effect: .none,
                fingerprint: Self.fingerprint
            )
            try await steps.intend(identity)
            try await steps.settle(
                job: scene.job.id,
                epoch: scene.job.epoch,
                position: position,
                as: .recorded(usage: nil, cost: cost.map(MicroDollars.init(rawValue:)))
            )
        }
        #expect(try await steps.cost(of: scene.job.id) == .zero)
        try await add("t0001", 350)
        try await add("t0002", 400)
        #expect(try await steps.cost(of: scene.job.id) == MicroDollars(rawValue: 750))
        try await add("t0003", nil)
        #expect(try await steps.cost(of: scene.job.id) == nil)
    }

    @Test func isNotSpentWhenItWasDenied() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        #expect(try await scene.decide(approval, .denied)?.state == .denied)
        #expect(try await !scene.spend(approval, 82_000))
    }

    @Test func expires() async throws {
        let scene = try await Scene.make()
        let terms = ApprovalTerms(within: .seconds(86_400))
        let approval = try await scene.ask(terms: terms, now: "2026-03-01T12:00:00Z")
        #expect(approval.state == .open)
        #expect(try await scene.approvals.expire(now: "2026-03-02T11:59:59Z").isEmpty)
        #expect(try await scene.decide(approval, now: "2026-03-02T12:00:00Z") == nil)
        // The job's own look ends it too.
        #expect(try await scene.ask(terms: terms, now: "2026-03-02T12:00:00Z").state == .expired)
        #expect(try await scene.approvals.expire(now: "2026-03-02T12:00:00Z").isEmpty)
        #expect(try await scene.decide(approval, now: "2026-03-02T12:00:01Z") == nil)
    }

    @Test func aDecisionHasItsJobGoOn() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        let suspension = Suspension(waitsFor: .approval, detail: "")
        _ = try await scene.fixture.queue.suspend(scene.job.id, epoch: scene.job.epoch, suspension)
        #expect(try await scene.decide(approval)?.queues == ["default"])
        #expect(try await scene.fixture.states(of: scene.run) == ["a": "pending"])
    }

    @Test func aDecisionBeforeTheSuspensionIsNotLost() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        _ = try await scene.decide(approval)
        let suspension = Suspension(waitsFor: .approval, detail: "")
        let suspended = try await scene.fixture.queue.suspend(scene.job.id, epoch: scene.job.epoch, suspension)
        #expect(suspended == .pending(queue: "default"))
    }

    @Test func isWithdrawnWithItsJob() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        _ = try await scene.fixture.end([scene.job], .cancelled)
        #expect(try await scene.approvals.approval(approval.id)?.state == .withdrawn)
        #expect(try await scene.approvals.approvals(isOpen: true).isEmpty)
        #expect(try await scene.decide(approval) == nil)
        _ = try await RetentionStore(scene.fixture.pool).pruneRuns(endedBefore: .zero, limit: 9)
        #expect(try await scene.fixture.pool.query("SELECT FROM chassis.approval").rows.isEmpty)
    }

    @Test func whatDidNotHappenMayRunAgain() async throws {
        let scene = try await Scene.make()
        let approval = try await scene.ask()
        _ = try await scene.decide(approval)
        _ = try await scene.spend(approval, 82_000)
        let steps = StepStore(scene.fixture.pool)
        try await steps.settle(
            job: scene.job.id,
            epoch: scene.job.epoch,
            position: "t0001.1",
            as: .unknown("killed"),
            unknownCalls: 1
        )
        let request: JSONValue = ["step": "t0001.1"]
        let question = try await scene.approvals.ask(
            .init(
                kind: .effect,
                position: "t0001.1",
                fingerprint: Self.fingerprint,
                round: scene.job.epoch.rawValue,
                title: "did pay happen?",
                request: request,
                digest: ApprovalDigest.of(.effect, request),
                terms: ApprovalTerms()
            ),
            of: scene.job.id,
            epoch: scene.job.epoch
        )
        #expect(try await scene.decide(question, .notHappened)?.state == .notHappened)
        _ = try await scene.fixture.queue.release(scene.job.id, epoch: scene.job.epoch)
        let again = try #require(try await scene.fixture.claim().first)
        #expect(try await steps.open(of: again.id, before: again.epoch).isEmpty)
        // Under the same approval.
        #expect(try await scene.spend(approval, 82_000, epoch: again.epoch))
    }

    /// However many others have been decided since, of the run and of the step's namesakes.
    @Test func theLastDecisionAboutAStepIsFound() async throws {
        let scene = try await Scene.make()
        let approvals = scene.approvals
        func ask(_ round: Int64) async throws -> Approval {
            let request: JSONValue = ["round": .integer(round)]
            return try await approvals.ask(
                .init(
                    kind: .effect,
                    position: "gateway/step/charge#1",
                    fingerprint: Self.fingerprint,
                    round: round,
                    title: "did charge happen?",
                    request: request,
                    digest: ApprovalDigest.of(.effect, request),
                    terms: ApprovalTerms()
                ),
                of: scene.job.id,
                epoch: scene.job.epoch
            )
        }
        func last(at position: String = "gateway/step/charge#1") async throws -> Approval? {
            try await approvals.lastDecided(.effect, at: position, fingerprint: Self.fingerprint, of: scene.job.id)
        }
        let first = try await ask(1)
        #expect(try await last() == nil)
        _ = try await scene.decide(first, .notHappened, digest: SHA256Digest(hex: first.digest))
        _ = try await scene.fixture.pool.query(
            """
            INSERT INTO chassis.approval (run_id, job_id, kind, position, fingerprint, round, title, request, digest, needed,
                allows_requester, otherwise, asked_at, state, decided_at)
            SELECT run_id, job_id, kind, 'gateway/step/other#' || n, fingerprint, round, title, request, digest, needed,
                allows_requester, otherwise, asked_at, 'happened', decided_at
            FROM chassis.approval, generate_series(1, 1500) AS n
            """
        )
        #expect(try await last()?.id == first.id)
        #expect(try await last()?.state == .notHappened)
        #expect(try await last(at: "gateway/step/other#7")?.state == .happened)
        #expect(try await last(at: "gateway/step/none#1") == nil)
    }

    @Test func theAuditLogIsOnlyAddedTo() async throws {
        let fixture = try await QueueFixture.make()
        try await AuditStore(fixture.pool).add(AuditNote(actor: "ann", action: "run.cancel", subject: "run 1"))
        for sql in ["UPDATE chassis.audit SET actor = 'bob'", "DELETE FROM chassis.audit", "TRUNCATE chassis.audit"] {
            await #expect(throws: PostgresError.self) {
                try await fixture.pool.query(PostgresStatement(name: "", sql: sql))
            }
        }
        #expect(try await AuditStore(fixture.pool).entries().map(\.note.actor) == ["ann"])
    }

    @Test func aMessageIsToldUntilItIsForgotten() async throws {
        let scene = try await Scene.make()
        _ = try await scene.ask(now: "2026-03-01T12:00:00Z")
        let outbox = OutboxStore(scene.fixture.pool)
        let first = try #require(try await outbox.take(limit: 9, now: "2026-03-01T12:00:00Z").first)
        #expect(first.event == "approval.asked" && first.tries == 1)
        #expect(first.body["request"]?["arguments"]?["amount"] == 82_000)
        #expect(try await outbox.take(limit: 9, now: "2026-03-01T12:00:09Z").isEmpty)
        let again = try #require(try await outbox.take(limit: 9, now: "2026-03-01T12:00:10Z").first)
        #expect(again.id == first.id && again.tries == 2)
        #expect(try await outbox.forget([first.id]) == 1)
        #expect(try await outbox.take(limit: 9, now: "2027-01-01T00:00:00Z").isEmpty)
    }
}
