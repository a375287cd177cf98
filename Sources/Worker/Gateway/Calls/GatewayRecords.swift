package import Checkpoints
package import JobModel
package import Storage

/// What the gateways of a job have recorded until now, for whoever takes no part.
package struct GatewayRecords: Sendable {
    private let reader: CheckpointReader
    private let seen: CheckpointSet

    package init(of job: JobID, in run: RunID, store: any ObjectStore) async throws {
        reader = CheckpointReader(store: store)
        seen = try await reader.history(of: JobReference(run: run, job: job, part: .gateway))
    }

    /// The record that the attempt has made which began a step; nil when there is none.
    package func record(of step: StepStore.OpenStep) async throws -> StepRecord? {
        guard let position = StepPosition(step.position), let fingerprint = Fingerprint(hex: step.fingerprint) else {
            return nil
        }
        for entry in seen.entries(at: position, fingerprint) where entry.journal.epoch == step.epoch {
            if let record = try await reader.record(entry) { return record }
        }
        return nil
    }

    /// Whether a call was answered before its answer was made, as its record says.
    package func isAwaited(_ record: StepRecord) async -> Bool {
        // Where that is lost, the call has cost what its record says, which is the most.
        guard let carries = record.carries, let carried = try? await reader.value(carries) else { return false }
        return CallIndex(json: carried)?.turn?.isAwaited ?? false
    }
}
