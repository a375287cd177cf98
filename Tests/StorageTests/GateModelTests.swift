import JobModel
import Postgres
import TestSupport
import Testing

@testable import Storage

/// Jobs by chance with limits by chance, and everything that can happen to them: no limit is ever exceeded, and at rest no
/// job stands at a gate that is open.
@Suite struct GateModelTests {
    /// Jobs above their limit, by the rows that are there; also runs above theirs.
    private static let excess = """
        SELECT count(*) FROM (
            SELECT gate.gate_id FROM chassis.gate
            JOIN chassis.job_gate USING (gate_id)
            LEFT JOIN chassis.ready USING (job_id) LEFT JOIN chassis.lease USING (job_id)
            WHERE NOT is_rate AND (ready.job_id IS NOT NULL OR lease.job_id IS NOT NULL)
            GROUP BY gate_id HAVING count(*) > max(most)
            UNION ALL
            SELECT gate.gate_id FROM chassis.gate
            JOIN chassis.run_gate USING (gate_id)
            WHERE NOT is_rate AND EXISTS (
                SELECT FROM chassis.job WHERE job.run_id = run_gate.run_id
                  AND (EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = job.job_id)
                       OR EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = job.job_id)))
            GROUP BY gate_id HAVING count(*) > max(most)) AS above
        """

    /// Jobs that nobody has looked at, that no gate keeps, or that stand at a gate that is open.
    private static let stuck = """
        SELECT count(*) FROM chassis.waiting LEFT JOIN chassis.gate USING (gate_id)
        LEFT JOIN chassis.live_run USING (run_id)
        WHERE reason = 'held'
          AND (gate_id IS NULL
               OR chassis.find_closed_gate(job_id, waiting.run_id, attempt, now()) IS NULL
               OR gate_id = 0 AND live_run.paused_at IS NULL
               OR gate_id > 0 AND (SELECT count(*) FROM chassis.permit WHERE permit.gate_id = gate.gate_id) < gate.most)
        """

    private static let claimableThoughPaused = """
        SELECT count(*) FROM chassis.ready JOIN chassis.live_run USING (run_id) WHERE paused_at IS NOT NULL
        """

    private static func gates(_ random: inout SeededGenerator) -> [Gate] {
        let all: [Gate] = [
            .jobs(1, "a"), .jobs(2, "b"), Gate(holder: .job, scope: "team default", most: 3),
            Gate(holder: .job, scope: "connection c", most: 2),
        ]
        return all.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    }

    private static func submit(_ fixture: QueueFixture, _ random: inout SeededGenerator) async throws {
        let count = Int.random(in: 1...4, using: &random)
        var submission = RunStore.Submission(
            workflow: "w",
            source: "source",
            jobs: (0..<count).map { number in
                RunStore.NewJob(
                    name: "j\(number)",
                    kind: "llm",
                    priority: Int16.random(in: 0...1, using: &random),
                    needs: number > 0 && Bool.random(using: &random) ? ["j\(number - 1)"] : [],
                    gates: gates(&random)
                )
            }
        )
        if Int.random(in: 0..<4, using: &random) == 0 { submission.gates = [.runs(2)] }
        _ = try await fixture.runs.submit(submission)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func noLimitIsExceededAndNoneLeavesAJobStuck(seed: UInt64)
        async throws
    {
        var random = SeededGenerator(seed: seed)
        let fixture = try await QueueFixture.make()
        var held: [ClaimedJob] = []
        var suspended: [JobID] = []
        for _ in 0..<120 {
            switch Int.random(in: 0..<13, using: &random) {
            case 0...2: try await Self.submit(fixture, &random)
            case 3...5: held += try await fixture.claim(Int.random(in: 1...3, using: &random))
            case 6:
                let ending = held.popLast().map { [$0] } ?? []
                _ = try await fixture.end(ending)
            case 7:
                guard let job = held.popLast() else { continue }
                _ = try await fixture.queue.release(job.id, epoch: job.epoch)
            case 8:
                guard let job = held.popLast() else { continue }
                let failure = JobFailure(code: "x", message: "y")
                _ = try await fixture.queue.delay(job.id, epoch: job.epoch, for: .zero, failure: failure)
            case 9:
                guard let job = held.popLast() else { continue }
                let suspension = Suspension(waitsFor: .event, detail: "")
                if try await fixture.queue.suspend(job.id, epoch: job.epoch, suspension) != nil {
                    suspended.append(job.id)
                }
            case 10:
                try await fixture.loseWorkers()
                held = []
            case 11 where Bool.random(using: &random):
                let live = try await fixture.pool.query("SELECT run_id FROM chassis.live_run ORDER BY run_id").rows
                guard let row = live.randomElement(using: &random) else { continue }
                let run = RunID(rawValue: try row.int64("run_id"))
                if Bool.random(using: &random) {
                    _ = try await PauseStore(fixture.pool).pause(run)
                } else {
                    _ = try await PauseStore(fixture.pool).resume(run)
                }
            default:
                let live = try await fixture.pool.query("SELECT run_id FROM chassis.live_run ORDER BY run_id").rows
                guard let row = live.randomElement(using: &random) else { continue }
                _ = try await fixture.runs.cancel(RunID(rawValue: try row.int64("run_id")))
            }
            if Bool.random(using: &random) {
                _ = try await fixture.queue.readyDueJobs()
                _ = try await fixture.queue.resume(suspended)
                suspended = []
            }
            if Bool.random(using: &random) { _ = try await fixture.gates.admit() }
            #expect(try await fixture.count(Self.excess) == 0, "seed \(seed)")
            #expect(try await fixture.count(Self.claimableThoughPaused) == 0, "seed \(seed)")
        }
        // At rest: everything that can happen without a worker has happened.
        _ = try await fixture.queue.resume(suspended)
        _ = try await fixture.queue.readyDueJobs()
        _ = try await fixture.gates.admit()
        #expect(try await fixture.gates.sweep() == 0, "no permit was left behind; seed \(seed)")
        #expect(try await fixture.count(Self.stuck) == 0, "seed \(seed)")
        // And all of it ends.
        for row in try await fixture.pool.query("SELECT run_id FROM chassis.live_run WHERE paused_at IS NOT NULL").rows
        {
            _ = try await PauseStore(fixture.pool).resume(RunID(rawValue: try row.int64("run_id")))
        }
        for _ in 0..<500 {
            _ = try await fixture.queue.readyDueJobs()
            _ = try await fixture.gates.admit()
            held += try await fixture.claim(20)
            if held.isEmpty { break }
            _ = try await fixture.end(held)
            held = []
        }
        #expect(try await fixture.count("SELECT count(*) FROM chassis.live_run") == 0, "seed \(seed)")
        #expect(try await fixture.count("SELECT count(*) FROM chassis.permit") == 0, "seed \(seed)")
    }
}
