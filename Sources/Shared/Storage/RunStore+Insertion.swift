import Digests
import JobModel
import Postgres

/// The statement that starts a run, and what it is given.
extension RunStore {
    /// A run of one job has a statement of its own, which takes the server half as long.
    static func insertion(of submission: Submission, now: String?) -> Batch.Element {
        let digest = PostgresParameter.bytes(SHA256.digest(of: submission.source.utf8).bytes)
        if submission.jobs.count == 1, let job = submission.jobs.first, !job.isHeld, job.rule == nil, job.isDecisive {
            return (Statement.submitLoneJob, parameters(of: submission, lone: job, digest, now: now))
        }
        return (Statement.submitRun, parameters(of: submission, digest, now: now))
    }

    private static func parameters(
        of submission: Submission,
        lone job: NewJob,
        _ digest: PostgresParameter,
        now: String?
    ) -> [PostgresParameter] {
        [
            .text(submission.workflow), .text(submission.team), .json(JSONValue.object(submission.params).text()),
            .optional(submission.idempotencyKey),
            .text(job.name), .text(job.kind), .text(job.queue), .integer(job.priority),
            .optional(now), digest, .optional(submission.requester?.withoutNull),
        ]
    }

    private static func parameters(
        of submission: Submission,
        _ digest: PostgresParameter,
        now: String?
    ) -> [PostgresParameter] {
        let places = Dictionary(
            submission.jobs.enumerated().map { ($1.name, Int64($0 + 1)) },
            uniquingKeysWith: { first, _ in first }
        )
        var needing: [Int64] = []
        var needed: [Int64] = []
        for (place, job) in submission.jobs.enumerated() {
            for name in job.needs {
                guard let upstream = places[name] else { preconditionFailure("job \(job.name) needs unknown \(name)") }
                needing.append(Int64(place + 1))
                needed.append(upstream)
            }
        }
        let areNeeded = Set(needed)
        let areJudged = Set(
            submission.jobs.filter { $0.rule != nil }.flatMap(\.needs).compactMap { places[$0] }
        )
        let isPlain = submission.jobs.allSatisfy { $0.rule == nil && $0.isDecisive }
        let lines = NewLines(of: submission.jobs)
        return [
            .text(submission.workflow), .text(submission.team), .json(JSONValue.object(submission.params).text()),
            .optional(submission.idempotencyKey),
            .array(submission.jobs.map { Optional($0.name) }),
            .array(submission.jobs.map { Optional($0.kind) }),
            .array(submission.jobs.map { Optional($0.queue) }),
            .array(submission.jobs.map { Int64($0.priority) }),
            .array(submission.jobs.map { Int64($0.needs.isEmpty && $0.isHeld ? 1 : $0.needs.count) }),
            .array(needing), .array(needed), .optional(now), digest,
            .array(lines.heads.map { Optional($0.queue) }), .array(lines.heads.map { Int64($0.priority) }),
            .array(lines.counts), .array(lines.lines), .array(lines.numbers),
            .array(submission.jobs.indices.map { areNeeded.contains(Int64($0 + 1)) }),
            .optional(submission.requester?.withoutNull),
            isPlain ? .null : .array(submission.jobs.map(\.rule)),
            isPlain ? .null : .array(submission.jobs.indices.map { areJudged.contains(Int64($0 + 1)) }),
            isPlain ? .null : .array(submission.jobs.map(\.isDecisive)),
            .bool(submission.jobs.contains(where: \.isHeld)),
        ]
    }
}
