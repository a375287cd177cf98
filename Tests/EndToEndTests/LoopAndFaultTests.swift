import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Loops to their good and their bad end, and what only shows when a job runs.
@Suite(.serialized) struct LoopAndFaultTests {
    /// A job and how it ends: with an output as JSON, or with the code and a part of the message of its failure.
    private static let jobs: [(name: String, text: String, output: String?, error: String?)] = [
        (
            "good", "{repeat: {until: output >= 2, at_most: 5}, command: [echo, \"${{ round }}\"]}", "2", nil
        ),
        (
            "previous",
            "{repeat: {until: round == 3, at_most: 3}, command: [echo, \"${{ default(previous.output, 1) }}0\"]}",
            "1000", nil
        ),
        (
            "exhausted", "{repeat: {until: output > 9, at_most: 2}, command: [echo, 1]}", nil,
            "repeat-exhausted after 2 rounds, output > 9 is still not true"
        ),
        (
            "accepted",
            "{repeat: {until: output > 9, at_most: 4, otherwise: accept}, command: [echo, \"${{ round }}\"]}", "4", nil
        ),
        (
            "nolist", "{map: \"${{ params.one }}\", command: [x]}", nil,
            "map-no-list a map goes over a list, and params.one is an object"
        ),
        ("missing", "{map: \"${{ params.one.list }}\", command: [x]}", nil, "expression"),
        ("nothing", "{map: \"${{ params.none }}\", command: [x]}", "[]", nil),
        ("slow", "{timeout: 300ms, retry: {attempts: 1}, command: [sleep, 50]}", nil, "timeout"),
        ("toolong", "{map: \"${{ params.many }}\", command: [x]}", nil, "map-too-long params.many has 100001 elements"),
    ]

    @Test(.timeLimit(.minutes(5))) func jobsEndAsTheFileSays() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let source =
            "name: ends\nparams: {one: {type: object}, none: {type: array}, many: {type: array}}\njobs:\n"
            + Self.jobs.map { "  \($0.name): \($0.text)\n" }.joined()
        let run = try await fleet.submit(
            "ends",
            source,
            Self.jobs.map { .init(name: $0.name, kind: "command") },
            params: [
                "one": ["a": 1], "none": [], "many": .array(Array(repeating: 0, count: 100_001)),
            ]
        )
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "failed")
        let rows = try await fleet.pool.query(
            """
            SELECT name, output::text AS output, error->>'code' || ' ' || (error->>'message') AS error
            FROM chassis.job JOIN chassis.done USING (job_id) ORDER BY position
            """
        ).rows
        for (row, job) in zip(rows, Self.jobs) {
            #expect(try row.string("name") == job.name)
            #expect(try row.optionalString("output") == job.output, "\(job.name)")
            let error = try row.optionalString("error")
            #expect(error?.hasPrefix(job.error ?? "?") ?? (job.error == nil), "\(job.name): \(error ?? "")")
        }
        await worker.killAndWait()
        await fleet.close()
    }

    /// Sixteen runs may stand above one.
    @Test(.timeLimit(.minutes(5))) func runsDoNotStandAboveEachOtherWithoutEnd() async throws {
        let fleet = try await Fleet.make(turns: 1)
        var run = RunID(rawValue: 0)
        for depth in (0...17).reversed() {
            // What lies below must be there; those runs are not looked at.
            let job = depth == 17 ? "{command: [echo, 1]}" : "{workflow: d\(depth + 1)}"
            run = try await fleet.submit(
                "d\(depth)",
                "name: d\(depth)\njobs: {down: \(job)}\n",
                [.init(name: "down", kind: depth == 17 ? "command" : "workflow")]
            )
            if depth > 0 { _ = try await RunStore(fleet.pool).cancel(run) }
        }
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "failed")
        let error = try await fleet.error(of: run)
        #expect(error.contains("16 runs stand above this one, the most is 16 [workflow-too-deep]"), "\(error)")
        await worker.killAndWait()
        await fleet.close()
    }
}
