import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Mapped jobs and child runs, while one worker after the other is killed.
@Suite(.serialized) struct MapAndChildTests {
    private static let below = """
        name: below
        params: {n: {type: integer}}
        jobs:
          answer: {command: [echo, "${{ params.n }}"]}
        """

    private static let above = """
        name: above
        jobs:
          list: {command: [sh, -c, "seq -s, 0 39 | sed 's/^/[/; s/$/]/'"]}
          each:
            needs: [list]
            map: {over: "${{ jobs.list.output }}", at_once: 8}
            command: [echo, "${{ item }}"]
          child: {needs: [list], workflow: {name: below, params: {n: 42}}}
          sum: {needs: [each, child], command: [echo, "${{ length(jobs.each.output) }} ${{ jobs.child.output }}"]}
        """

    /// Every item ends once, the child is one, and the run comes to its end.
    @Test(.timeLimit(.minutes(5))) func comesToItsEndWhateverWorkersAreKilled() async throws {
        let fleet = try await Fleet.make()
        let earlier = try await fleet.submit(
            "below",
            Self.below,
            [.init(name: "answer", kind: "command")],
            params: ["n": 1]
        )
        let run = try await fleet.submit(
            "above",
            Self.above,
            [
                .init(name: "list", kind: "command"), .init(name: "each", kind: "command", needs: ["list"]),
                .init(name: "child", kind: "workflow", needs: ["list"]),
                .init(name: "sum", kind: "command", needs: ["each", "child"]),
            ]
        )
        var kills = 0
        for place in ["before-end:2", "before-end:4", "before-end:9", "before-end:12"] {
            // An item that happens to be in all of their hands is no poison.
            let worker = fleet.worker("killed-\(kills)", failpoint: place, arguments: ["--poison-limit", "100"])
            #expect(await worker.ended() == .signalled(SIGKILL), "\(worker.output)")
            kills += 1
        }
        let last = fleet.worker("last", arguments: ["--poison-limit", "100"])
        let ending = try await fleet.end(of: run)
        let error = try await fleet.error(of: run)
        #expect(ending == "succeeded", "\(error)")
        #expect(try await fleet.end(of: earlier) == "succeeded")
        let items = try await fleet.number(
            """
            SELECT count(*) AS n FROM chassis.job JOIN chassis.done USING (job_id)
            WHERE job.run_id = $1::bigint AND item_index IS NOT NULL AND state = 'succeeded'
            """,
            of: run
        )
        #expect(items == 40)
        #expect(
            try await fleet.number("SELECT count(*) AS n FROM chassis.run WHERE parent_run_id = $1::bigint", of: run)
                == 1
        )
        let sum = try await fleet.pool.query(
            """
            SELECT output #>> '{}' AS sum FROM chassis.job JOIN chassis.done USING (job_id)
            WHERE job.run_id = $1::bigint AND name = 'sum'
            """,
            [.integer(run.rawValue)]
        ).rows[0].string("sum")
        #expect(sum.hasPrefix("40 42"))
        await last.killAndWait()
        await fleet.close()
    }

    /// The parent's failure has the reason of the child's, also that of a cycle that no file alone shows.
    @Test(.timeLimit(.minutes(5))) func aParentSaysWhyItsChildFailed() async throws {
        let fleet = try await Fleet.make()
        let lower = "name: lower\njobs: {down: {workflow: upper}}\n"
        let below = try await fleet.submit("lower", lower, [.init(name: "down", kind: "workflow")])
        _ = try await RunStore(fleet.pool).cancel(below)
        let run = try await fleet.submit(
            "upper",
            "name: upper\njobs: {up: {workflow: lower}}\n",
            [.init(name: "up", kind: "workflow")]
        )
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "failed")
        let error = try await fleet.error(of: run)
        #expect(error.contains("child-failed"), "\(error)")
        #expect(
            error.contains("of lower has failed: down: workflows start each other in a cycle: upper → lower → upper")
        )
        #expect(error.contains("[workflow-cycle]"), "\(error)")
        await worker.killAndWait()
        await fleet.close()
    }
}
