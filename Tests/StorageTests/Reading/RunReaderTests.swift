import JobModel
import Testing

@testable import Storage

@Suite struct RunReaderTests {
    @Test func listsRunsNewestFirstAndPageByPage() async throws {
        let scene = try await ReadingScene.make()
        var ids: [RunID] = []
        for _ in 0..<5 { ids.append(try await scene.submit()) }
        let first = try await scene.reader.runs(limit: 2)
        #expect(first.map(\.id) == [ids[4], ids[3]])
        let second = try await scene.reader.runs(RunFilter(before: ids[3]), limit: 2)
        #expect(second.map(\.id) == [ids[2], ids[1]])
        #expect(try await scene.reader.runs(RunFilter(before: ids[0])).isEmpty)
        #expect(try await scene.reader.runs(limit: 0).count == 1)
    }

    @Test func filtersRunsByStateAndWorkflow() async throws {
        let scene = try await ReadingScene.make()
        let succeeded = try await scene.submit("one")
        try await scene.end(try await scene.claim())
        let failed = try await scene.submit("two")
        try await scene.end(try await scene.claim(), .failed(JobFailure(code: "exit-status", message: "1")))
        let cancelled = try await scene.submit("two")
        _ = try await RunStore(scene.pool).cancel(cancelled)
        let running = try await scene.submit("two")
        _ = try await scene.claim()
        let queued = try await scene.submit("one")

        let all: [(RunState, RunID)] = [
            (.succeeded, succeeded), (.failed, failed), (.cancelled, cancelled), (.running, running),
            (.queued, queued),
        ]
        for (state, id) in all {
            let found = try await scene.reader.runs(RunFilter(state: state))
            #expect(found.map(\.id) == [id])
            #expect(found.map(\.state) == [state])
        }
        let ofTwo = try await scene.reader.runs(RunFilter(workflow: "two"))
        #expect(ofTwo.map(\.id) == [running, cancelled, failed])
        for state in RunState.allCases {
            let found = try await scene.reader.runs(RunFilter(state: state, workflow: "one")).map(\.id)
            #expect(found == all.filter { $0.0 == state && [succeeded, queued].contains($0.1) }.map(\.1))
        }
        #expect(try await scene.reader.runs(RunFilter(workflow: "none")).isEmpty)
    }

    @Test func aRunThatWasReleasedIsStillRunning() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        #expect(try await scene.reader.summary(of: run)?.state == .queued)
        #expect(try await scene.reader.summary(of: run)?.startedAt == nil)
        try await scene.release(try await scene.claim())
        let summary = try await scene.reader.summary(of: run)
        #expect(summary?.state == .running)
        #expect(summary?.jobCounts[.pending] == 1)
        #expect(summary?.startedAt != nil)
        #expect(try await scene.reader.runs(RunFilter(state: .running)).map(\.id) == [run])
        #expect(try await scene.reader.runs(RunFilter(state: .queued)).isEmpty)
    }

    @Test func showsWhatWasSubmitted() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit(jobs: [
            RunStore.NewJob(name: "a", kind: "sql", queue: "gpu"),
            RunStore.NewJob(name: "b", kind: "llm"),
            RunStore.NewJob(name: "c", kind: "agent", needs: ["b", "a"]),
        ])
        let detail = try #require(try await scene.reader.run(run))
        #expect(detail.summary.workflow == "report")
        #expect(detail.summary.version == 1)
        #expect(detail.summary.team == "default")
        #expect(detail.summary.params == ["segment": "all"])
        #expect(detail.summary.jobCounts.values.reduce(0, +) == 3)
        #expect(detail.summary.jobCounts.count == JobState.allCases.count)
        #expect(detail.jobs.map(\.name) == ["a", "b", "c"])
        #expect(detail.jobs.map(\.kind) == ["sql", "llm", "agent"])
        #expect(detail.jobs.map(\.queue) == ["gpu", "default", "default"])
        #expect(detail.jobs.map(\.state) == [.pending, .pending, .blocked])
        #expect(detail.jobs[2].needs == ["a", "b"])
        #expect(detail.jobs.allSatisfy { $0.attempts.isEmpty && $0.steps.isEmpty && !$0.hasOutput })
        #expect(detail.totals.isPriced)
        #expect(try await scene.reader.run(RunID(rawValue: run.rawValue + 1)) == nil)
    }

    @Test func showsEveryAttemptOnce() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        try await scene.release(try await scene.claim())
        let second = try await scene.claim()
        try await scene.replay(second)
        try await scene.delay(second)
        let delayed = try #require(try await scene.reader.run(run)?.jobs.first)
        #expect(delayed.state == .delayed)
        #expect(delayed.dueAt != nil)
        #expect(delayed.attempts.map(\.state) == [.released, .failed])

        _ = try await QueueStore(scene.pool).readyDueJobs(now: "2999-01-01T00:00:00Z")
        let third = try await scene.claim()
        let running = try #require(try await scene.reader.run(run)?.jobs.first)
        #expect(running.state == .running)
        #expect(running.attempts.map(\.state) == [.released, .failed, .running])

        try await scene.end(third)
        let job = try #require(try await scene.reader.run(run)?.jobs.first)
        #expect(job.state == .succeeded)
        #expect(job.hasOutput)
        #expect(job.attempts.map(\.state) == [.released, .failed, .succeeded])
        #expect(job.attempts.map(\.number) == [1, 1, 2])
        #expect(job.attempts.map(\.epoch.rawValue) == [1, 2, 3])
        #expect(job.attempts[1].error == ["code": "timeout", "message": "too slow"])
        #expect(
            job.attempts[1].replayed
                == AttemptDetail.Replayed(steps: 3, modelCalls: 2, saved: MicroDollars(rawValue: 700), damaged: 1)
        )
        #expect(job.attempts[2].worker?.name == "worker-1")
        #expect(job.attempts[2].worker?.session == scene.session)
        #expect(job.attempts.allSatisfy { $0.startedAt != nil && $0.endedAt != nil })
    }

    @Test func anAttemptWhoseLossEndedTheJobCountsOnceAsLost() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        _ = try await scene.claim()
        try await scene.loseWorkers(poisonLimit: 1)
        let job = try #require(try await scene.reader.run(run)?.jobs.first)
        #expect(job.state == .failed)
        #expect(job.error?.objectValue?["code"] == "poison")
        #expect(job.attempts.map(\.state) == [.lost])
    }

    @Test func addsUpStepsAndMoney() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        let job = try await scene.claim()
        let usage: JSONValue = ["input": 10, "output": 2]
        try await scene.step("t0001", of: job, .recorded(usage: usage, cost: MicroDollars(rawValue: 1200)))
        try await scene.step(
            "t0002",
            of: job,
            .recorded(usage: usage, cost: MicroDollars(rawValue: 34)),
            unknownCalls: 2
        )
        try await scene.step("t0003", of: job, .unknown("no answer"))
        try await scene.step("t0003.1", of: job, kind: "tool", .failed("refused"))
        try await scene.step("t0004", of: job, nil)
        try await scene.replay(job)
        let detail = try #require(try await scene.reader.run(run))
        #expect(
            detail.totals
                == RunTotals(
                    paidCalls: 2,
                    replayedSteps: 3,
                    unknownCalls: 3,
                    paid: MicroDollars(rawValue: 1234),
                    saved: MicroDollars(rawValue: 700),
                    isPriced: true
                )
        )
        #expect(detail.summary.cost == MicroDollars(rawValue: 1234))
        let steps = detail.jobs[0].steps
        #expect(steps.map(\.state) == [.recorded, .recorded, .unknown, .failed, .started])
        #expect(steps[0].usage == usage)
        #expect(steps[1].unknownCalls == 2)
        #expect(steps[2].error == "no answer")
        #expect(steps[4].settledAt == nil)
    }

    @Test func aModelCallWithoutAPriceMakesTheRunUnpriced() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        let job = try await scene.claim()
        try await scene.step("t0001.1", of: job, kind: "tool", .recorded(usage: nil, cost: nil))
        #expect(try await scene.reader.run(run)?.totals.isPriced == true)
        try await scene.step("t0001", of: job, .recorded(usage: nil, cost: nil))
        #expect(try await scene.reader.run(run)?.totals.isPriced == false)
    }

    @Test func aCancellationThatWorkersHaveNotHeardOfIsShown() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        let job = try await scene.claim()
        #expect(try await scene.reader.summary(of: run)?.isCancelRequested == false)
        _ = try await RunStore(scene.pool).cancel(run)
        let requested = try await scene.reader.summary(of: run)
        #expect(requested?.isCancelRequested == true)
        #expect(requested?.state == .running)
        try await scene.end(job, .cancelled)
        let ended = try await scene.reader.summary(of: run)
        #expect(ended?.isCancelRequested == true)
        #expect(ended?.state == .cancelled)
        #expect(ended?.endedAt != nil)
    }
}
