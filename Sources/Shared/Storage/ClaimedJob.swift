package import JobModel

/// A job that this worker holds, and what it needs to know to run it.
package struct ClaimedJob: Equatable, Sendable {
    /// What an item of a mapped job is for.
    package struct Item: Equatable, Sendable {
        /// The mapped job.
        package let parent: JobID
        /// The place in the list, counted from 0.
        package let index: Int
        package let value: JSONValue

        package init(parent: JobID, index: Int, value: JSONValue) {
            self.parent = parent
            self.index = index
            self.value = value
        }
    }

    package let id: JobID
    package let run: RunID
    package let version: VersionID
    /// The job's name in its workflow.
    package let name: String
    package let kind: String
    /// Whether other jobs of the run need it.
    package let isNeeded: Bool
    /// Whether one of those jobs has a rule other than that all must have succeeded.
    package let isJudged: Bool
    /// Whether its failure fails the run.
    package let isDecisive: Bool
    /// Whether it passed the door, and what it held there is free when it ends.
    package let isGated: Bool
    package let params: JSONObject
    /// Why its params, or its item, cannot be read; nil when they can.
    package let unreadable: String?
    /// Counted from 1; a released job goes on with the same.
    package let attempt: Int
    package let epoch: LeaseEpoch
    /// How many attempts have failed so far.
    package let failures: Int
    /// How many workers were lost with it so far.
    package let losses: Int
    /// Whether its run was cancelled between the job's becoming pending and the claim.
    package let isCancelled: Bool
    /// Whether its run takes over checkpoints of another one.
    package let isFork: Bool
    /// Set for an item of a mapped job.
    package let item: Item?

    package init(
        id: JobID,
        run: RunID,
        version: VersionID,
        name: String,
        kind: String,
        isNeeded: Bool = false,
        isJudged: Bool = false,
        isDecisive: Bool = true,
        isGated: Bool = false,
        params: JSONObject,
        unreadable: String? = nil,
        attempt: Int,
        epoch: LeaseEpoch,
        failures: Int,
        losses: Int,
        isCancelled: Bool,
        isFork: Bool = false,
        item: Item? = nil
    ) {
        self.id = id
        self.run = run
        self.version = version
        self.name = name
        self.kind = kind
        self.isNeeded = isNeeded
        self.isJudged = isJudged
        self.isDecisive = isDecisive
        self.isGated = isGated
        self.params = params
        self.unreadable = unreadable
        self.attempt = attempt
        self.epoch = epoch
        self.failures = failures
        self.losses = losses
        self.isCancelled = isCancelled
        self.isFork = isFork
        self.item = item
    }
}
