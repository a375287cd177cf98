package import JobModel

/// A named piece of data that an attempt of a job left in the store.
///
/// Each attempt keeps its artifacts apart, so a worker that lost its lease overwrites nobody's.
package struct Artifact: Hashable, Sendable {
    /// The job that it is of.
    package let job: JobReference
    /// The epoch of the attempt that wrote it.
    package let epoch: LeaseEpoch
    /// Its name within the job.
    package let name: ArtifactName

    /// The artifact of that name which the attempt under `epoch` writes, or wrote.
    package init(job: JobReference, epoch: LeaseEpoch, name: ArtifactName) {
        self.job = job
        self.epoch = epoch
        self.name = name
    }
}

extension Artifact: CustomStringConvertible {
    package var description: String { "artifact \(name) of \(job), epoch \(epoch)" }
}
