import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Runs that jobs of other runs start.
@Suite struct ChildStoreTests {
    private static let submission = RunStore.Submission(
        workflow: "child",
        source: "child's source",
        jobs: [.init(name: "only", kind: "llm", queue: "below")]
    )

    private struct Scene {
        let fixture: QueueFixture
        let children: ChildStore
        let run: RunID
        let job: ClaimedJob
    }

    /// A claimed job of one run, and a workflow for its child.
    private func scene() async throws -> Scene {
        let fixture = try await QueueFixture.make()
        let earlier = try await fixture.runs.submit(Self.submission).run
        _ = try await fixture.runs.cancel(earlier)
        let run = try await fixture.submit([("up", [])]).run
        let job = try #require(try await fixture.claim().first)
        return Scene(fixture: fixture, children: ChildStore(fixture.pool), run: run, job: job)
    }

    /// However often and from however many sides it is started, a job has one child.
    @Test func startsOneChild() async throws {
        let scene = try await scene()
        #expect(try await scene.children.child(of: scene.job, call: .only) == nil)
        let started = try await withThrowingTaskGroup(of: RunID?.self) { group in
            for _ in 0..<8 {
                group.addTask { try await scene.children.start(Self.submission, call: .only, for: scene.job) }
            }
            return try await group.reduce(into: Set<RunID?>()) { $0.insert($1) }
        }
        #expect(started.count == 1)
        let child = try #require(started.first ?? nil)
        let found = try #require(try await scene.children.child(of: scene.job, call: .only))
        #expect(found.run == child)
        #expect(found.state == nil)
        #expect(try await scene.children.line(of: child) == ["child", "w"])
        #expect(try await scene.children.source(of: "child", version: 1) == "child's source")
        #expect(try await scene.children.source(of: "child", version: 2) == nil)
        // The next claim of the job is another epoch of the same job.
        _ = try await scene.fixture.queue.release(scene.job.id, epoch: scene.job.epoch)
        let again = try #require(try await scene.fixture.claim().first)
        #expect(try await scene.children.start(Self.submission, call: .only, for: again) == child)
        #expect(try await scene.children.start(Self.submission, call: .only, for: scene.job) == nil)
    }

    /// A job that runs anew with other params, or in another round, starts another run, and finds again what it started before.
    @Test func eachCallHasARunOfItsOwn() async throws {
        let scene = try await scene()
        let (first, second) = (ChildStore.Call(digest: [1]), ChildStore.Call(digest: [2]))
        let child = try #require(try await scene.children.start(Self.submission, call: first, for: scene.job))
        // As long as it lives it is the job's only one.
        #expect(try await scene.children.child(of: scene.job, call: second)?.run == child)
        #expect(try await scene.children.start(Self.submission, call: second, for: scene.job) == child)
        _ = try await scene.fixture.runs.cancel(child)
        #expect(try await scene.children.child(of: scene.job, call: second) == nil)
        let other = try #require(try await scene.children.start(Self.submission, call: second, for: scene.job))
        #expect(other != child)
        #expect(try await scene.children.child(of: scene.job, call: first) == .init(run: child, state: .cancelled))
        #expect(try await scene.children.child(of: scene.job, call: second) == .init(run: other, state: nil))
    }

    /// Runs that were started before calls were noted are found by whatever asks.
    @Test func aRunOfBeforeIsFoundByEachCall() async throws {
        let scene = try await scene()
        let child = try #require(try await scene.children.start(Self.submission, call: .only, for: scene.job))
        _ = try await scene.fixture.pool.query("UPDATE chassis.run SET call = NULL")
        _ = try await scene.fixture.runs.cancel(child)
        let found = try await scene.children.child(of: scene.job, call: ChildStore.Call(digest: [2]))
        #expect(found == .init(run: child, state: .cancelled))
    }

    /// Nobody but who retries the run above has a run go on that has ended badly, and each time once.
    @Test func aChildGoesOnOnceForEachRetryOfItsParent() async throws {
        let scene = try await scene()
        let (fixture, children) = (scene.fixture, scene.children)
        let child = try #require(try await children.start(Self.submission, call: .only, for: scene.job))
        _ = try await fixture.runs.cancel(child)
        // Whoever has the job in whatever attempt.
        #expect(try await children.revive(child, for: scene.job) == nil)
        var held = scene.job
        for _ in 0..<2 {
            _ = try await fixture.end([held], .failed(JobFailure(code: "child-failed", message: "", isPermanent: true)))
            #expect(try await fixture.runs.retry(scene.run, repeatingUnknown: false) == ["default"])
            let again = try #require(try await fixture.claim().first)
            // The zombie's epoch is over.
            #expect(try await children.revive(child, for: held) == nil)
            #expect(try await children.revive(child, for: again) == ["below"])
            #expect(try await children.revive(child, for: again) == nil)
            _ = try await fixture.runs.cancel(child)
            #expect(try await children.revive(child, for: again) == nil)
            held = again
        }
    }

    /// What a forked job had started is not paid for again.
    @Test func theChildOfAForkTakesOverWhatItsSourcesChildRecorded() async throws {
        let scene = try await scene()
        let fixture = scene.fixture
        let child = try #require(try await scene.children.start(Self.submission, call: .only, for: scene.job))
        _ = try await fixture.runs.cancel(child)
        _ = try await fixture.end([scene.job])
        let up = RunStore.Submission(workflow: "w", source: "s", jobs: [.init(name: "up", kind: "llm")])
        for (reach, isFork) in [(ForkReach.all, true), (.nothing, false)] {
            let parting = ForkStore.Parting(job: "up", step: nil, reach: reach)
            let fork = try await ForkStore(fixture.pool).fork(scene.run, as: up, parting: parting)
            #expect(fork?.isNew == true)
            let job = try #require(try await fixture.claim().first)
            let forked = try #require(try await scene.children.start(Self.submission, call: .only, for: job))
            let source = try await fixture.pool.query(
                "SELECT forked_from FROM chassis.run WHERE run_id = $1::bigint",
                [.integer(forked.rawValue)]
            ).rows[0].optionalInt64("forked_from")
            #expect(source == (isFork ? child.rawValue : nil))
        }
    }

    /// Who asked for a run asked for what it starts, and so is not the one who approves it.
    @Test func aChildIsAskedForByWhoAskedForItsParent() async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.runs.cancel(try await fixture.runs.submit(Self.submission).run)
        var parent = RunStore.Submission(workflow: "w", source: "source", jobs: [.init(name: "up", kind: "workflow")])
        parent.requester = "ann"
        _ = try await fixture.runs.submit(parent)
        let job = try #require(try await fixture.claim().first)
        let child = try #require(try await ChildStore(fixture.pool).start(Self.submission, call: .only, for: job))
        let row = try await fixture.pool.query(
            "SELECT requested_by, depth, parent_job_id FROM chassis.run WHERE run_id = $1::bigint",
            [.integer(child.rawValue)]
        ).rows[0]
        #expect(try row.optionalString("requested_by") == "ann")
        #expect(try row.int("depth") == 1 && row.int64("parent_job_id") == job.id.rawValue)
    }

    /// What a backfill's runs start is no live work either.
    @Test(arguments: [(-10_005, -9_980), (-1_000, 20)])
    func childrenOfABackfillStandBehindLiveWork(_ priority: Int, _ expected: Int) async throws {
        let fixture = try await QueueFixture.make()
        _ = try await fixture.runs.cancel(try await fixture.runs.submit(Self.submission).run)
        let jobs = [RunStore.NewJob(name: "up", kind: "workflow", queue: "default", priority: Int16(priority))]
        _ = try await fixture.runs.submit(.init(workflow: "w", source: "source", jobs: jobs))
        let job = try #require(try await fixture.claim().first)
        var submission = Self.submission
        submission.jobs[0].priority = 20
        let child = try #require(try await ChildStore(fixture.pool).start(submission, call: .only, for: job))
        let rows = try await fixture.pool.query(
            "SELECT priority FROM chassis.ready WHERE run_id = $1::bigint",
            [.integer(child.rawValue)]
        ).rows
        #expect(try rows.map { try $0.int("priority") } == [expected])
    }

    /// Whoever closes the job may be killed right behind the commit: what it has started goes with it.
    @Test(.timeLimit(.minutes(5))) func aJobIsClosedTogetherWithItsChild() async throws {
        let scene = try await scene()
        let fixture = scene.fixture
        let child = try #require(try await scene.children.start(Self.submission, call: .only, for: scene.job))
        let grandchild = try #require(try await grandchild(in: scene))
        let suspension = Suspension(waitsFor: .run, detail: "")
        #expect(try await fixture.queue.suspend(scene.job.id, epoch: scene.job.epoch, suspension) == .waiting)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await connection.query(Statement.lockLiveRuns, [.array([grandchild.rawValue])])
                group.addTask {
                    let closing = try await fixture.runs.fail(
                        scene.job.id,
                        of: scene.run,
                        because: JobFailure(code: "deadline", message: "late"),
                        whilePending: false
                    )
                    #expect(closing == .closed(queues: [], resumed: []))
                }
                while try await fixture.waitingForLocks() == 0 {}
                #expect(try await fixture.states(of: scene.run) == ["up": "suspended"])
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.ending(of: scene.run) == "failed")
        // A worker holds the job of the child, and ends it.
        let cancelled = "SELECT count(*) FROM chassis.live_run WHERE cancelled_at IS NOT NULL AND run_id = \(child)"
        #expect(try await fixture.count(cancelled) == 1)
        #expect(try await fixture.ending(of: grandchild) == "cancelled")
    }

    /// A run that the claimed job of a child has started.
    private func grandchild(in scene: Scene) async throws -> RunID? {
        let turn = try await scene.fixture.queue.turn(session: scene.fixture.session, queue: "below", limit: 1)
        return try await scene.children.start(Self.submission, call: .only, for: #require(turn.claimed.first))
    }

    /// So do the children of the items of a mapped job.
    @Test func aMappedJobIsClosedTogetherWithTheChildrenOfItsItems() async throws {
        let scene = try await scene()
        let fixture = scene.fixture
        let maps = MapStore(fixture.pool)
        _ = try await maps.begin(scene.job, items: 2, atOnce: nil, tolerated: 0, failsFast: true)
        _ = try await maps.add([0, 1], from: 0, to: scene.job)
        var runs: [RunID] = []
        for item in try await fixture.claim() {
            runs.append(try #require(try await scene.children.start(Self.submission, call: .only, for: item)))
            let suspension = Suspension(waitsFor: .run, detail: "")
            _ = try await fixture.queue.suspend(item.id, epoch: item.epoch, suspension)
        }
        #expect(runs.count == 2)
        let closing = try await fixture.runs.mark(scene.job.id, of: scene.run, succeededWith: .inline(.null))
        #expect(closing == .closed(queues: [], resumed: []))
        for run in runs { #expect(try await fixture.ending(of: run) == "cancelled") }
    }

    /// When too many items have failed, those that are set aside are skipped together with what they have started; those that
    /// run go on, and so does what they have started.
    @Test(.timeLimit(.minutes(5))) func itemsAreStoppedTogetherWithTheirChildren() async throws {
        let scene = try await scene()
        let fixture = scene.fixture
        let maps = MapStore(fixture.pool)
        _ = try await maps.begin(scene.job, items: 2, atOnce: nil, tolerated: 0, failsFast: true)
        _ = try await maps.add([0, 1], from: 0, to: scene.job)
        let items = try await fixture.claim()
        let left = try #require(try await scene.children.start(Self.submission, call: .only, for: items[0]))
        let grandchild = try #require(try await grandchild(in: scene))
        let suspension = Suspension(waitsFor: .run, detail: "")
        #expect(try await fixture.queue.suspend(items[0].id, epoch: items[0].epoch, suspension) == .waiting)
        let kept = try #require(try await scene.children.start(Self.submission, call: .only, for: items[1]))
        let suspended = "SELECT count(*) FROM chassis.waiting WHERE reason = 'suspended'"
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await fixture.pool.transaction { connection in
                _ = try await connection.query(Statement.lockLiveRuns, [.array([grandchild.rawValue])])
                group.addTask {
                    let readied = try await maps.stop(scene.job)
                    #expect(readied == [])
                }
                while try await fixture.waitingForLocks() == 0 {}
                // A child that ends now can make its item due without waiting for who stops it.
                #expect(try await fixture.count(suspended) == 1)
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.count(suspended) == 0)
        #expect(try await maps.progress(of: scene.job.id)?.skipped == 1)
        // A worker holds the job of the child, and ends it.
        let cancelled = "SELECT run_id FROM chassis.live_run WHERE cancelled_at IS NOT NULL"
        #expect(try await fixture.count(cancelled) == Int(left.rawValue))
        #expect(try await fixture.ending(of: grandchild) == "cancelled")
        #expect(try await fixture.states(of: kept) == ["only": "pending"])
        _ = try await fixture.queue.release(scene.job.id, epoch: scene.job.epoch)
        await #expect(throws: StorageError.leaseLost(scene.job.id, scene.job.epoch)) {
            _ = try await maps.stop(scene.job)
        }
    }

    @Test func theEndOfAChildResumesItsParent() async throws {
        let scene = try await scene()
        _ = try await scene.children.start(Self.submission, call: .only, for: scene.job)
        let suspension = Suspension(waitsFor: .run, until: .after(.seconds(60)), detail: "")
        #expect(try await scene.fixture.queue.suspend(scene.job.id, epoch: scene.job.epoch, suspension) == .waiting)
        let turn = try await scene.fixture.queue.turn(session: scene.fixture.session, queue: "below", limit: 1)
        let child = try #require(turn.claimed.first)
        #expect(try await scene.fixture.end([child], .succeeded(["answer": 42])).resumed == ["default"])
        #expect(try await scene.children.child(of: scene.job, call: .only)?.state == .succeeded)
        #expect(try await scene.fixture.claim().map(\.id) == [scene.job.id])
    }

    /// Also when the process that ended the child was killed before it could resume the parent.
    @Test func theEndOfAChildMakesItsParentDue() async throws {
        let scene = try await scene()
        let child = try #require(try await scene.children.start(Self.submission, call: .only, for: scene.job))
        let suspension = Suspension(waitsFor: .run, until: .after(.seconds(60)), detail: "")
        _ = try await scene.fixture.queue.suspend(scene.job.id, epoch: scene.job.epoch, suspension)
        _ = try await scene.fixture.runs.cancel(child)
        #expect(try await scene.fixture.queue.readyDueJobs() == ["default"])
        #expect(try await scene.fixture.claim().map(\.id) == [scene.job.id])
    }

    @Test func aCancellationFlowsDown() async throws {
        let scene = try await scene()
        let child = try #require(try await scene.children.start(Self.submission, call: .only, for: scene.job))
        let turn = try await scene.fixture.queue.turn(session: scene.fixture.session, queue: "below", limit: 1)
        let middle = try #require(turn.claimed.first)
        let grandchild = try #require(try await scene.children.start(Self.submission, call: .only, for: middle))
        #expect(try await scene.fixture.runs.cancel(scene.run)?.running == 1)
        #expect(try await scene.fixture.ending(of: grandchild) == "cancelled")
        _ = try await scene.fixture.end([scene.job], .cancelled)
        _ = try await scene.fixture.end(turn.claimed, .cancelled)
        #expect(try await scene.fixture.ending(of: child) == "cancelled")
        #expect(try await scene.fixture.ending(of: scene.run) == "cancelled")
    }

    /// A failed child that was retried by itself goes on, also when somebody asks for what has ended to be cancelled.
    @Test func cancellingARunThatHasEndedCancelsNothingBelowIt() async throws {
        let scene = try await scene()
        let child = try #require(try await scene.children.start(Self.submission, call: .only, for: scene.job))
        let turn = try await scene.fixture.queue.turn(session: scene.fixture.session, queue: "below", limit: 1)
        _ = try await scene.fixture.end(turn.claimed, .failed(JobFailure(code: "c", message: "m")))
        _ = try await scene.fixture.end([scene.job])
        #expect(try await scene.fixture.runs.retry(child, repeatingUnknown: false) != nil)
        #expect(try await scene.fixture.runs.cancel(scene.run) == nil)
        #expect(try await scene.fixture.states(of: child) == ["only": "pending"])
    }

    @Test func aJobOfACancelledRunStartsNothing() async throws {
        let scene = try await scene()
        _ = try await scene.fixture.runs.cancel(scene.run)
        #expect(try await scene.children.start(Self.submission, call: .only, for: scene.job) == nil)
        #expect(try await scene.children.child(of: scene.job, call: .only) == nil)
    }
}
