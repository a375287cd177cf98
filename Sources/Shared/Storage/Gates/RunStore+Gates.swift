import Digests
import JobModel
import Postgres

/// Submitting runs some of whose jobs have to pass gates.
extension RunStore {
    typealias Batch = [(PostgresStatement, [PostgresParameter])]

    /// Submits a run whose jobs are held until their gates let them through.
    ///
    /// Without gates of its own, its workflow is paused or its team has a weight: all of its jobs are held.
    static func submitHeld(
        _ submission: Submission,
        on connection: PostgresConnection,
        now: String?
    ) async throws -> Receipt {
        let submission = submission.isHeld && !submission.holdsAll ? submission : submission.holdingAll
        func insert() async throws -> RunID? {
            let (statement, parameters) = insertion(of: submission, now: now)
            let result = try await connection.query(statement, parameters)
            return try result.rows.first.map { RunID(rawValue: try $0.int64("run_id")) }
        }
        var run = try await insert()
        if run == nil {
            if let earlier = try await earlierRun(of: submission, { try await connection.pipeline($0) }) {
                return Receipt(run: earlier, isNew: false)
            }
            _ = try await connection.pipeline(addition(of: submission, now: now))
            run = try await insert()
        }
        guard let run else {
            // Somebody else has submitted under its key since it was looked for.
            if let earlier = try await earlierRun(of: submission, { try await connection.pipeline($0) }) {
                return Receipt(run: earlier, isNew: false)
            }
            preconditionFailure("a new version must let its run start")
        }
        let gates =
            submission.gates.map { (0, $0) }
            + submission.jobs.enumerated().flatMap { place, job in job.gates.map { (place, $0) } }
        try await join(gates, run: run, on: connection)
        _ = try await connection.pipeline([hold(submission, run: run, now: now)])
        return Receipt(run: run, isNew: true)
    }

    private static func join(
        _ gates: [(position: Int, gate: Gate)],
        run: RunID,
        on connection: PostgresConnection
    ) async throws {
        guard !gates.isEmpty else { return }
        // One that nobody used may be deleted in between; it is made anew.
        while try await connection.pipeline(joining(gates, run: run)).last?.rows.first?.int("found") != gates.count {}
    }

    /// Makes the gates of runs before these are submitted, and sets what they let through.
    ///
    /// All at once, and so in one order: whoever makes some of them run by run waits for others who do so the other way round. Where a
    /// limit is changed this takes the door, which comes before the locks of runs.
    static func makeGates(of submissions: [Submission], on connection: PostgresConnection) async throws {
        let gates = submissions.flatMap { $0.gates + $0.jobs.flatMap(\.gates) }
        if !gates.isEmpty { _ = try await connection.pipeline(making(gates)) }
    }

    private static func making(_ gates: [Gate]) -> Batch {
        let parameters =
            identity(of: gates) + [
                .array(gates.map { Int64($0.most) }),
                .array(gates.map { $0.period.map { "\($0.wholeMicroseconds)" } }),
            ]
        return [(Statement.addGates, parameters), (Statement.changeGates, parameters)]
    }

    private static func identity(of gates: [Gate]) -> [PostgresParameter] {
        [
            .array(gates.map { $0.holder == .run }),
            .array(gates.map { $0.period != nil }),
            .array(gates.map { Optional($0.scope) }),
            .array(gates.map { Optional($0.key) }),
        ]
    }

    private static func joining(_ gates: [(position: Int, gate: Gate)], run: RunID) -> Batch {
        let join =
            [.integer(run.rawValue)] + identity(of: gates.map(\.gate)) + [.array(gates.map { Int64($0.position) })]
        return making(gates.map(\.gate)) + [(Statement.joinGates, join)]
    }

    private static func hold(
        _ submission: Submission,
        run: RunID,
        now: String?
    ) -> (PostgresStatement, [PostgresParameter]) {
        let positions = submission.jobs.indices.filter { submission.jobs[$0].isHeld }.map(Int64.init)
        return (
            Statement.holdJobs,
            [
                .integer(run.rawValue), .array(positions), .optional(submission.share?.line),
                .optional(submission.share?.weight), .optional(now),
            ]
        )
    }
}

extension RunStore.Submission {
    /// Whether some job of it has to pass a gate, or stands in a line that only the door knows.
    var isHeld: Bool { holdsAll || jobs.contains { !$0.gates.isEmpty } }

    /// Whether all of its jobs have to.
    var holdsAll: Bool { !gates.isEmpty || share != nil || isDelayed }

    /// Sets the team where it was not known when the gates were made.
    mutating func assign(team: String) {
        self.team = team
        gates = gates.map { $0.ofTeam(team) }
        for place in jobs.indices { jobs[place].gates = jobs[place].gates.map { $0.ofTeam(team) } }
    }

    /// The same with all jobs held.
    var holdingAll: Self {
        var other = self
        for place in other.jobs.indices { other.jobs[place].isHeld = true }
        return other
    }
}
