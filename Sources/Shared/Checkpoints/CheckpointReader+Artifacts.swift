import JobModel

extension CheckpointReader {
    /// The artifacts that a job of a fork has by steps that it did not run again: they lie with the job that ran them.
    ///
    /// - Parameter leaves: Whether the step at a position is one that leaves artifacts.
    /// - Returns: Of each name the one of the latest job; none of steps that the job has run itself.
    package func inheritedArtifacts(
        of job: JobReference,
        bySteps leaves: (StepPosition) throws -> Bool
    ) async throws -> [StoredArtifact] {
        var positions: Set<StepPosition> = []
        var sources: [JobReference: LeaseEpoch] = [:]
        for entry in try await history(of: job).steps.reversed()
        where try leaves(entry.position) && positions.insert(entry.position).inserted && entry.journal.job != job {
            sources[entry.journal.job] = max(sources[entry.journal.job] ?? entry.journal.epoch, entry.journal.epoch)
        }
        var names: Set<ArtifactName> = []
        var found: [StoredArtifact] = []
        // A fork has a higher number than its source.
        for (source, epoch) in sources.sorted(by: { $0.key.run > $1.key.run }) {
            found += try await store.artifacts(of: source, through: epoch).filter {
                names.insert($0.artifact.name).inserted
            }
        }
        return found
    }
}
