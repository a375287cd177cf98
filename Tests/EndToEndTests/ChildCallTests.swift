import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Which run a job of the kind workflow takes for its own, by real workers.
@Suite(.serialized) struct ChildCallTests {
    private static let below = """
        name: below
        params: {n: {type: integer}}
        jobs:
          answer: {command: [echo, "${{ params.n }}"]}
        """

    /// Has the workflow of the children be there.
    private static func below(_ fleet: Fleet) async throws {
        let run = try await fleet.submit(
            "below",
            Self.below,
            [.init(name: "answer", kind: "command")],
            params: ["n": 1]
        )
        _ = try await RunStore(fleet.pool).cancel(run)
    }

    private static func children(of run: RunID, _ fleet: Fleet) async throws -> Int {
        try await fleet.number("SELECT count(*) AS n FROM chassis.run WHERE parent_run_id = $1::bigint", of: run)
    }

    /// A round that has ended is found again by the attempt after the one that was killed.
    @Test(.timeLimit(.minutes(5))) func eachRoundHasARun() async throws {
        let fleet = try await Fleet.make()
        try await Self.below(fleet)
        let above = """
            name: above
            jobs:
              up:
                repeat: {until: output >= 3, at_most: 5}
                workflow: {name: below, params: {n: "${{ round }}"}}
            """
        let run = try await fleet.submit("above", above, [.init(name: "up", kind: "workflow")])
        let first = fleet.worker("first", failpoint: "before-end:3")
        #expect(await first.ended() == .signalled(SIGKILL))
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try await RunReader(fleet.pool).outputs(of: run)?.first?.output == .inline(3))
        #expect(try await Self.children(of: run, fleet) == 3)
        await second.killAndWait()
        await fleet.close()
    }

    /// As with every other kind of job, what was recorded counts as long as what it was asked with is the same.
    @Test(.timeLimit(.minutes(5))) func aJobThatRunsAnewTakesNoOutputOfAnotherCall() async throws {
        let fleet = try await Fleet.make()
        try await Self.below(fleet)
        let list = "\(fleet.directory)/list"
        let above = """
            name: above
            jobs:
              list: {command: [cat, \(list)]}
              each:
                needs: [list]
                map: {over: "${{ jobs.list.output }}"}
                workflow: {name: below, params: {n: "${{ item }}"}}
            """
        Fleet.write("[1, 2, 3]", to: list)
        let run = try await fleet.submit(
            "above",
            above,
            [.init(name: "list", kind: "command"), .init(name: "each", kind: "workflow", needs: ["list"])]
        )
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded")
        #expect(try await RunReader(fleet.pool).outputs(of: run)?.first?.output == .inline([1, 2, 3]))
        Fleet.write("[4, 2, 1]", to: list)
        let outcome = try await RunStore(fleet.pool).retry(run, RunStore.Retry(.from("list"), fresh: ["list"]))
        guard case .goesOn(let queues) = outcome else { return #expect(Bool(false), "\(outcome)") }
        try await Notifications.sendReady(Set(queues), on: fleet.pool)
        #expect(try await fleet.end(of: run) == "succeeded")
        let outputs = try await RunReader(fleet.pool).outputs(of: run)
        #expect(outputs?.first?.output == .inline([4, 2, 1]))
        // The second element is what it was.
        #expect(try await Self.children(of: run, fleet) == 5)
        await worker.killAndWait()
        await fleet.close()
    }

    /// What the children of a fork's jobs recorded is not paid for again either, and no effect of theirs comes twice.
    @Test(.timeLimit(.minutes(5))) func aForkPaysNothingForWhatChildrenRecorded() async throws {
        let fleet = try await Fleet.make(turns: 4)
        _ = try await RunStore(fleet.pool).cancel(try await fleet.submitAgent(effect: "once"))
        let above = "name: above\njobs: {up: {workflow: agent-test}}\n"
        let jobs = [RunStore.NewJob(name: "up", kind: "workflow")]
        let run = try await fleet.submit("above", above, jobs)
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded")
        let (bill, notes) = (try fleet.bill().billed, try fleet.notes().count)
        #expect(bill == 4)
        #expect(notes > 0)
        let submission = RunStore.Submission(workflow: "above", source: above, jobs: jobs)
        let fork = try #require(try await ForkStore(fleet.pool).fork(run, as: submission, parting: nil)).run
        try await Notifications.sendReady(["default"], on: fleet.pool)
        #expect(try await fleet.end(of: fork) == "succeeded")
        #expect(try fleet.bill().billed == bill)
        #expect(try fleet.notes().count == notes)
        await worker.killAndWait()
        await fleet.close()
    }

    /// An earlier attempt of the job above says nothing: only who retries its run has the run below go on.
    @Test(.timeLimit(.minutes(5))) func aChildThatFailedDoesNotGoOnByItself() async throws {
        let fleet = try await Fleet.make()
        let runs = RunStore(fleet.pool)
        let count = "\(fleet.directory)/count"
        let above = "name: above\njobs: {up: {workflow: fails}}\n"
        let run = try await fleet.submit("above", above, [.init(name: "up", kind: "workflow")])
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "failed")
        let lower = try await fleet.submit(
            "fails",
            "name: fails\njobs: {down: {command: [sh, -c, \"echo x >> \(count); exit 1\"], retry: {attempts: 1}}}\n",
            [.init(name: "down", kind: "command")]
        )
        #expect(try await fleet.end(of: lower) == "failed")
        for expected in [2, 3] {
            let queues = try await runs.retry(run, repeatingUnknown: false)
            try await Notifications.sendReady(Set(queues ?? []), on: fleet.pool)
            #expect(try await fleet.end(of: run) == "failed")
            let error = try await fleet.error(of: run)
            #expect(error.contains("child-failed"), "\(error)")
            #expect(Fleet.read(count) == String(repeating: "x\n", count: expected))
        }
        #expect(try await Self.children(of: run, fleet) == 1)
        await worker.killAndWait()
        await fleet.close()
    }
}
