import JobModel

/// Asks a scheduler again while it is away for a moment, and says so.
struct PatientAPI: Sendable {
    let api: SchedulerAPI
    /// Where it says that it waits.
    let errors: Terminal
    let clock: ContinuousClock

    /// The answer, however often it takes to get one within the patience there is.
    ///
    /// Only what may be asked twice belongs here.
    func ask<Answer: Sendable>(_ request: (SchedulerAPI) async throws -> Answer) async throws -> Answer {
        try await ask(isPatientAtFirst: { _ in true }, request)
    }

    /// The answer to what is done once, however often it is asked for, since it carries a key.
    ///
    /// A scheduler that is not there at the first try has done nothing, and is not waited for.
    func submit<Answer: Sendable>(_ request: (SchedulerAPI) async throws -> Answer) async throws -> Answer {
        try await ask(
            isPatientAtFirst: { error in
                if case .unreachable = error { false } else { true }
            },
            request
        )
    }

    private func ask<Answer: Sendable>(
        isPatientAtFirst: (ClientError) -> Bool,
        _ request: (SchedulerAPI) async throws -> Answer
    ) async throws -> Answer {
        var patience = Patience<ContinuousClock.Instant>()
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
                    if isFirst { say(patience.limit) }
                    try await clock.sleep(for: wait)
                case .giveUp:
                    throw error
                }
            }
        }
    }

    private func say(_ limit: Duration) {
        errors.print(
            "the scheduler at \(api.endpoint.address) does not answer; asking again for up to \(limit.components.seconds)s"
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
}
