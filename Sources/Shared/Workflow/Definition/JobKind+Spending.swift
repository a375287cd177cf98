package import JobModel

/// What a job's own limits say of money.
extension JobKind {
    /// The most that the job may spend, as its `limits` say; nil where they set no bound.
    package var spendingLimit: MicroDollars? {
        switch self {
        case .agent(let agent): agent.limits.spending
        case .llm(let llm): llm.spendingLimit
        default: nil
        }
    }

    /// Whether its model calls are given to batches.
    package var isBatch: Bool {
        if case .llm(let llm) = self { llm.isBatch } else { false }
    }

    /// The most calls to providers in all attempts together; nil where its `limits` set no bound.
    package var requestLimit: Int? {
        switch self {
        case .agent(let agent): agent.limits.requests
        case .llm(let llm): llm.requestLimit
        case .command(let command): command.requestLimit
        default: nil
        }
    }
}
