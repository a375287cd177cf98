import JobModel

/// The calls that count in the same budgets and are under the same lease: their intents are written together.
struct CallLine: Hashable, Sendable {
    let job: JobID
    let epoch: LeaseEpoch
    let connection: String
}
