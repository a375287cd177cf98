import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Workers are killed with kill -9 at every boundary of an agent with ten model calls and ten tool calls.
///
/// A run goes through many deaths: each worker dies one step further than the last one. Several runs go side by side,
/// each with a queue and a tag of its own.
@Suite struct EveryBoundaryTests {
    private struct Case: Sendable {
        let name: String
        let kills: [Boundary]
        /// Where the last worker to be killed dies, besides.
        var lastKill: String?

        var failpoints: [String] { kills.map(\.description) + (lastKill.map { [$0] } ?? []) }
    }

    /// The second of two parallel calls may be over when a worker dies with the first: it has cases of its own.
    private static let cases: [Case] =
        Boundary.Place.allCases.map { place in
            let steps = Boundary.steps.filter { $0 != "t0001.2" }
            return Case(name: place.rawValue, kills: steps.map { Boundary(place: place, step: $0) })
        } + [
            // A step that has been recorded does not pass the last place again.
            Case(
                name: "parallel",
                kills: Boundary.Place.allCases.dropLast().map { Boundary(place: $0, step: "t0001.2") }
            ),
            Case(
                name: "ending",
                kills: [Boundary(place: .afterSettlement, step: "t0001.2")],
                lastKill: "before-end"
            ),
        ]

    @Test(.timeLimit(.minutes(3))) func killsCostWhatTheyMust() async throws {
        #expect(Set(Self.cases.flatMap(\.kills)).count == Boundary.steps.count * Boundary.Place.allCases.count)
        let fleet = try await Fleet.make()
        let scheduler = await fleet.scheduler(arguments: ["--poison-limit", "100"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for boundaries in Self.cases {
                group.addTask {
                    let run = try await fleet.submitAgent(tag: boundaries.name, queue: boundaries.name)
                    try await Self.play(boundaries, run, on: fleet)
                    try await Self.check(boundaries, run, on: fleet)
                }
            }
            try await group.waitForAll()
        }
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// Has a worker die at each boundary, and one bring the run to its end.
    private static func play(_ boundaries: Case, _ run: RunID, on fleet: Fleet) async throws {
        let arguments = ["--queues", boundaries.name, "--poison-limit", "100"]
        for failpoint in boundaries.failpoints {
            let worker = fleet.worker("dies \(failpoint)", failpoint: failpoint, arguments: arguments)
            // A worker that does not come to the boundary would bring the run to its end.
            let end = Task { if try await fleet.end(of: run) != "" { worker.signal(SIGTERM) } }
            let ending = await worker.ended()
            end.cancel()
            let error = ending == .signalled(SIGKILL) ? "" : try await fleet.error(of: run)
            try #require(ending == .signalled(SIGKILL), "\(failpoint): \(error) \(worker.output)")
        }
        let last = fleet.worker("last", arguments: arguments)
        let state = try await fleet.end(of: run)
        await last.killAndWait()
        let error = try await fleet.error(of: run)
        try #require(state == "succeeded", "\(boundaries.name): \(error)")
    }

    private static func check(_ boundaries: Case, _ run: RunID, on fleet: Fleet) async throws {
        let name = boundaries.name
        let ending = try await fleet.pool.query(
            "SELECT output#>>'{}' AS output, attempt, losses FROM chassis.done WHERE run_id = $1::bigint",
            [.integer(run.rawValue)]
        ).rows[0]
        #expect(try ending.string("output") == "all done", "\(name)")
        #expect(try ending.int("losses") == boundaries.failpoints.count, "\(name)")
        #expect(try ending.int("attempt") == boundaries.failpoints.count + 1, "\(name)")

        let bill = try fleet.bill(of: name)
        let notes = try fleet.notes(tag: name)
        let rows = try await StepRows(of: run, on: fleet.pool)
        #expect(bill.needed == 10, "\(name)")
        #expect(rows.positions == Set(Boundary.steps), "\(name)")
        for step in Boundary.steps {
            let kills = boundaries.kills.filter { $0.step == step }.map(\.place)
            let unknown = kills.filter(\.leavesOutcomeUnknown).count
            #expect(rows.recorded(step) == 1 && rows.open(step) == 0, "\(name) \(step)")
            // The other one of two parallel calls may lose its outcome too.
            let others =
                Boundary.parallel.contains(step) ? boundaries.kills.filter(\.isParallel).count - kills.count : 0
            #expect((unknown...unknown + others).contains(rows.unknown(step)), "\(name) \(step)")
            if let item = Boundary.items[step] {
                let times = notes.filter { $0 == item }.count
                let needed = 1 + kills.filter(\.repeatsTool).count
                #expect((needed...needed + others).contains(times), "\(name) \(step)")
                #expect(times <= 1 + rows.unknown(step), "\(name) \(step)")
            }
        }
        for (number, step) in zip(1..., Boundary.turns) {
            let kills = boundaries.kills.filter { $0.step == step }.map(\.place)
            #expect(bill.billedByTurn[number] == 1 + kills.filter(\.losesPaidAnswer).count, "\(name) \(step)")
            #expect(rows.tokens(step) == bill.tokensByTurn[number], "\(name) \(step)")
        }
    }
}

extension Boundary {
    fileprivate var isParallel: Bool { Boundary.parallel.contains(step) }
}
