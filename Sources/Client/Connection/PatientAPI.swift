import JobModel

/// Asks a scheduler again while it is away for a moment, and says so.
struct PatientAPI: Sendable {
    let api: SchedulerAPI
    /// Where it says that it waits.
    let errors: Terminal
    let clock: ContinuousClock
    /// How long a scheduler may be away.
    var limit = Patience<ContinuousClock.Instant>().limit

    /// The answer, however often it takes to get one within the patience there is.
    ///
    /// Only what may be asked twice belongs here.
    func ask<Answer: Sendable>(_ request: (SchedulerAPI) async throws -> Answer) async throws -> Answer {
        try await ask(key: nil, isPatientAtFirst: { _ in true }, request)
    }

    /// The answer to what is done once, however often it is asked for, since it carries a key.
    ///
    /// A scheduler that is not there at the first try, or says why it does nothing, is not waited for.
    ///
    /// - Parameter key: What whoever asks again has to give, lest it is done twice.
    /// - Throws: Where it may have been done, `ClientError.unanswered` with the key, whatever the last try came to.
    func submit<Answer: Sendable>(
        key: String,
        _ request: (SchedulerAPI) async throws -> Answer
    ) async throws -> Answer {
        try await ask(key: key, isPatientAtFirst: \.mayHaveBeenDone, request)
    }

    private func ask<Answer: Sendable>(
        key: String?,
        isPatientAtFirst: (ClientError) -> Bool,
        _ request: (SchedulerAPI) async throws -> Answer
    ) async throws -> Answer {
        var patience = Patience<ContinuousClock.Instant>(limit: limit)
        while true {
            do {
                let answer = try await request(api)
                if patience.answered() { errors.print("the scheduler answers again") }
                return answer
            } catch let error as ClientError
                where error.isPassing && (patience.state != .answering || isPatientAtFirst(error))
            {
                switch patience.failed(at: clock.now) {
                case .askAgain(let wait, let isFirst):
                    if isFirst { say(key) }
                    try await clock.sleep(for: wait)
                case .giveUp:
                    guard let key else { throw error }
                    throw ClientError.unanswered(address: api.endpoint.address, reason: Self.way(key))
                }
            }
        }
    }

    private static func way(_ key: String) -> String { "with --idempotency-key \(key) it is done once" }

    private func say(_ key: String?) {
        errors.print(
            "the scheduler at \(api.endpoint.address) does not answer; asking again for up to \(limit.components.seconds)s"
                + (key.map { "; " + Self.way($0) } ?? "")
        )
    }
}

extension ClientError {
    /// Whether the same request may succeed a moment later.
    fileprivate var isPassing: Bool {
        switch self {
        case .unreachable, .unanswered: true
        case .refused(let problem): [502, 503, 504].contains(problem.status)
        case .usage, .file, .invalidWorkflow, .notChassis, .largeAnswer, .database, .notFound, .unsuccessful, .dev:
            false
        }
    }

    /// Whether what was asked for may have been done all the same; a database that goes may have taken it.
    fileprivate var mayHaveBeenDone: Bool {
        switch self {
        case .unanswered: true
        case .refused(let problem): problem.code == "database-unavailable"
        case .unreachable, .usage, .file, .invalidWorkflow, .notChassis, .largeAnswer, .database, .notFound, .dev,
            .unsuccessful:
            false
        }
    }
}
