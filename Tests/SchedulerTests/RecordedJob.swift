import Checkpoints
import HTTPTransport
import JobModel
import Recordings

@testable import Scheduler

/// What attempts of jobs, and their programs through the gateway, recorded in a store of its own.
struct RecordedJob {
    let store: DirectoryStore

    static func play(_ test: (RecordedJob) async throws -> Void) async throws {
        let directory = ScratchStore()
        defer { directory.remove() }
        try await test(RecordedJob(store: try await DirectoryStore.open(at: directory.path)))
    }

    static func reference(run: Int64, _ part: JobReference.Part = .attempts) -> JobReference {
        JobReference(run: RunID(rawValue: run), job: JobID(rawValue: run * 10), part: part)
    }

    /// A call of a program as the gateway records it.
    static func call(_ position: String, request: JSONValue, answer: KeptAnswer, endedAt: Int64 = 1) throws
        -> FinishedStep
    {
        try step(position, .model, request: request, result: answer.json, endedAt: endedAt)
    }

    static func step(
        _ position: String,
        _ kind: StepKind = .step,
        request: JSONValue? = nil,
        result: JSONValue = 1,
        endedAt: Int64 = 1
    ) throws -> FinishedStep {
        guard let place = StepPosition(position) else { throw CheckpointError.invalidPosition(position) }
        return FinishedStep(
            position: place,
            fingerprint: Fingerprint(kind: kind, request: .string(position), after: nil),
            kind: kind,
            startedAt: WallTime(microseconds: 0),
            endedAt: WallTime(microseconds: endedAt),
            request: request,
            result: result
        )
    }

    /// Records steps in the journal of an attempt.
    func record(
        _ steps: [FinishedStep],
        of job: JobReference,
        epoch: Int64,
        forkedFrom fork: JobReference? = nil
    ) async throws {
        let checkpoints = try await JobCheckpoints.open(
            in: store,
            job: job,
            epoch: LeaseEpoch(rawValue: epoch),
            forkedFrom: fork.map { ForkPoint(source: $0, through: nil) }
        )
        for step in steps { try await checkpoints.record(step) }
        checkpoints.close()
    }

    /// What is recorded of a job, a fork of `source` if one is given.
    func steps(run: Int64, forkedFrom source: Int64? = nil) async throws -> RecordedSteps {
        let reader = CheckpointReader(store: store)
        func history(_ part: JobReference.Part) async throws -> CheckpointSet {
            let fork = source.map { ForkPoint(source: Self.reference(run: $0, part), through: nil) }
            return try await reader.history(of: Self.reference(run: run, part), forkedFrom: fork)
        }
        return RecordedSteps(
            attempts: try await history(.attempts),
            gateway: try await history(.gateway),
            reader: reader
        )
    }

    /// The only step of a run as people see it.
    func shown(run: Int64) async throws -> JSONValue {
        guard let step = try await steps(run: run).page(limit: 1).steps.first, let record = step.record else {
            return .null
        }
        let reader = CheckpointReader(store: store)
        return try await TranscriptStep(record, in: step.entry.journal, served: [], read: reader).json
    }
}
