import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs that people make succeeded, in whatever state they are.
@Suite struct ClosingTests {
    private static let output = StoredOutput.inline(["by": "hand"])

    private func mark(_ name: String, _ run: RunID, _ fixture: QueueFixture) async throws -> RunStore.Closing {
        let job = try #require(try await fixture.runs.job(named: name, in: run))
        return try await fixture.runs.mark(job.id, of: run, succeededWith: Self.output)
    }

    private func output(_ name: String, _ run: RunID, _ fixture: QueueFixture) async throws -> StoredOutput? {
        try await fixture.runs.outputs(of: run)[name]
    }

    @Test func aBlockedJob() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"]), ("c", ["b"])]).run
        #expect(try await mark("b", run, fixture) == .closed(queues: ["default"], resumed: []))
        #expect(try await fixture.states(of: run) == ["a": "pending", "b": "succeeded", "c": "pending"])
        #expect(try await output("b", run, fixture) == Self.output)
        #expect(try await mark("b", run, fixture) == .nothing)
        _ = try await fixture.end(fixture.claim())
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    @Test func aPendingJob() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", [])]).run
        #expect(try await mark("a", run, fixture) == .closed(queues: [], resumed: []))
        #expect(try await fixture.claim().isEmpty)
        #expect(try await fixture.ending(of: run) == "succeeded")
        #expect(try await fixture.runs.job(named: "x", in: run) == nil)
    }

    /// Whoever held it can write nothing more about it.
    @Test func aRunningJobIsFencedOff() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let held = try await fixture.claim()
        #expect(try await mark("a", run, fixture) == .closed(queues: ["default"], resumed: []))
        #expect(try await fixture.end(held, .failed(JobFailure(code: "x", message: "late"))).ended.isEmpty)
        #expect(try await fixture.queue.release(held[0].id, epoch: held[0].epoch) == nil)
        #expect(try await fixture.states(of: run) == ["a": "succeeded", "b": "pending"])
        #expect(try await output("a", run, fixture) == Self.output)
        let attempts = try #require(try await RunReader(fixture.pool).run(run)).jobs[0].attempts
        #expect(attempts.map(\.state.rawValue) == ["succeeded"])
    }

    @Test func aSuspendedAndADelayedJob() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        for job in try await fixture.claim() {
            if job.name == "a" {
                let suspension = Suspension(waitsFor: .approval, detail: "")
                _ = try await fixture.queue.suspend(job.id, epoch: job.epoch, suspension)
            } else {
                let failure = JobFailure(code: "x", message: "y")
                _ = try await fixture.queue.delay(job.id, epoch: job.epoch, for: .seconds(60), failure: failure)
            }
        }
        #expect(try await fixture.states(of: run) == ["a": "suspended", "b": "delayed"])
        #expect(try await mark("a", run, fixture) == .closed(queues: [], resumed: []))
        #expect(try await mark("b", run, fixture) == .closed(queues: [], resumed: []))
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    @Test func aFailedJobOfAnEndedRun() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", ["a"])]).run
        _ = try await fixture.end(fixture.claim(), .failed(JobFailure(code: "x", message: "y")))
        #expect(try await fixture.ending(of: run) == "failed")
        #expect(try await mark("a", run, fixture) == .marked(before: .failed, hasRunEnded: true))
        // What was behind it is skipped, so the run is not mended yet.
        #expect(try await fixture.ending(of: run) == "failed")
        #expect(try await fixture.runs.retry(run, .init()) == .goesOn(queues: ["default"]))
        #expect(try await fixture.states(of: run) == ["a": "succeeded", "b": "pending"])
        _ = try await fixture.end(fixture.claim())
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    @Test func theLastFailureOfAnEndedRunMendsIt() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        _ = try await fixture.end(fixture.claim(), .failed(JobFailure(code: "x", message: "y")))
        #expect(try await mark("a", run, fixture) == .marked(before: .failed, hasRunEnded: true))
        #expect(try await fixture.ending(of: run) == "failed")
        #expect(try await mark("b", run, fixture) == .marked(before: .failed, hasRunEnded: true))
        #expect(try await fixture.ending(of: run) == "succeeded")
        let cancelled = try await fixture.submit([("a", [])]).run
        _ = try await fixture.runs.cancel(cancelled)
        #expect(try await mark("a", cancelled, fixture) == .marked(before: .cancelled, hasRunEnded: true))
        #expect(try await fixture.ending(of: cancelled) == "succeeded")
    }

    @Test func aFailedJobOfALiveRun() async throws {
        let fixture = try await QueueFixture.make()
        let run = try await fixture.submit([("a", []), ("b", [])]).run
        let jobs = try await fixture.claim()
        _ = try await fixture.end([jobs[0]], .failed(JobFailure(code: "x", message: "y")))
        #expect(try await mark(jobs[0].name, run, fixture) == .marked(before: .failed, hasRunEnded: false))
        _ = try await fixture.end([jobs[1]])
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    @Test func aMappedJobWithItsItems() async throws {
        let fixture = try await QueueFixture.make()
        let maps = MapStore(fixture.pool)
        let run = try await fixture.submit([("each", []), ("after", ["each"])]).run
        let parent = try #require(try await fixture.claim().first)
        _ = try await maps.begin(parent, items: 6, atOnce: nil, tolerated: 0, failsFast: true)
        _ = try await maps.add([0, 1, 2, 3, 4, 5], from: 0, to: parent)
        _ = try await fixture.queue.suspend(parent.id, epoch: parent.epoch, Suspension(waitsFor: .items, detail: ""))
        let held = try await fixture.claim(3)
        _ = try await fixture.end([held[0]])
        #expect(try await mark("each", run, fixture) == .closed(queues: ["default"], resumed: []))
        #expect(try await fixture.end(Array(held.dropFirst())).ended.isEmpty)
        let progress = try #require(try await maps.progress(of: parent.id))
        #expect(progress.unfinished == 0 && progress.succeeded == 1 && progress.skipped == 5)
        let after = try await fixture.claim()
        #expect(after.map(\.name) == ["after"])
        _ = try await fixture.end(after)
        #expect(try await fixture.ending(of: run) == "succeeded")
    }

    /// Claims, endings and marks of the same jobs at once: each job ends once, and nothing is left.
    @Test(.timeLimit(.minutes(5))) func marksAndWorkersAtOnce() async throws {
        let fixture = try await QueueFixture.make()
        let seed = UInt64.random(in: 0..<1_000_000)
        var random = SeededGenerator(seed: seed)
        let names = (0..<40).map { "j\($0)" }
        let jobs = names.enumerated().map { place, name in (name, place < 10 ? [] : [names[place - 10]]) }
        let run = try await fixture.submit(jobs).run
        let marked = names.shuffled(using: &random).prefix(20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while try await fixture.ending(of: run) == nil {
                        _ = try await fixture.end(fixture.claim(3))
                    }
                }
            }
            group.addTask {
                for name in marked { _ = try await self.mark(name, run, fixture) }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.ending(of: run) == "succeeded", "seed \(seed)")
        #expect(try await Set(fixture.states(of: run).values) == ["succeeded"], "seed \(seed)")
    }

    @Test func aNewPriorityChangesTheOrder() async throws {
        let fixture = try await QueueFixture.make()
        let first = try await fixture.submit([("a", []), ("b", ["a"])]).run
        let second = try await fixture.submit([("c", [])]).run
        func moved(_ run: RunID, job: String? = nil, to priority: Int16) async throws -> [String]? {
            try await fixture.runs.prioritize(run, job: job, to: priority).map { ["\($0.jobs)"] + $0.queues.sorted() }
        }
        #expect(try await moved(second, to: 10) == ["1", "default"])
        #expect(try await fixture.claim(1).map(\.name) == ["c"])
        #expect(try await moved(first, job: "b", to: 5) == ["1"])
        #expect(try await moved(first, to: 7) == ["2", "default"])
        let held = try await fixture.claim(1)
        #expect(try await moved(first, job: "a", to: -3) == ["1"])
        _ = try await fixture.queue.release(held[0].id, epoch: held[0].epoch)
        let priorities = try await fixture.pool.query("SELECT priority FROM chassis.ready").rows
        #expect(try priorities.map { try $0.int("priority") } == [-3])
        #expect(try await moved(RunID(rawValue: 999), to: 1) == nil)
    }

    @Test func runsAreSelectedByWhatTheyAre() async throws {
        let fixture = try await QueueFixture.make()
        var runs: [RunID] = []
        for place in 0..<4 {
            runs.append(
                try await fixture.runs.submit(
                    .init(
                        workflow: place == 0 ? "other" : "w",
                        source: "s",
                        team: place == 1 ? "blue" : "red",
                        params: ["n": .integer(Int64(place % 2)), "s": "x"],
                        jobs: [.init(name: "a", kind: "llm")]
                    )
                ).run
            )
        }
        func live(_ selection: RunSelection, before: RunID? = nil) async throws -> [RunID] {
            try await fixture.runs.live(selection, areCancellable: true, before: before, limit: 10)
        }
        #expect(try await live(.init(workflow: "w")) == [runs[3], runs[2], runs[1]])
        #expect(try await live(.init(team: "red")) == [runs[3], runs[2], runs[0]])
        #expect(try await live(.init(params: ["n": "1", "s": "x"])) == [runs[3], runs[1]])
        #expect(try await live(.init(params: ["missing": "1"])) == [])
        #expect(try await live(.init(workflow: "w"), before: runs[3]) == [runs[2], runs[1]])
        #expect(try await live(.init(olderThan: .seconds(3600))) == [])
        #expect(try await live(.init(states: [.running])) == [])
        #expect(try await live(.init(states: [.queued])).count == 4)
        let job = try await fixture.claim(1)
        #expect(try await live(.init(states: [.running])) == [job[0].run])
        _ = try await fixture.runs.cancel(job[0].run)
        #expect(try await live(.init(states: [.running])) == [])
        _ = try await fixture.end(job, .failed(JobFailure(code: "x", message: "y")))
        #expect(try await fixture.runs.ended(.init(workflow: "other"), limit: 10) == [])
        #expect(try await fixture.runs.ended(.init(states: [.cancelled]), limit: 10) == [job[0].run])
    }
}
