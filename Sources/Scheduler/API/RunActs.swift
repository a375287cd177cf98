import JobModel
import Settings
import Storage

/// What people do to runs that are there, one by one or many at once.
struct RunActs: Sendable {
    /// An act with what it needs.
    enum Act: Equatable, Sendable {
        case cancel
        case retry(RunStore.Retry)
        case prioritize(job: String?, to: Int16)

        /// How the audit log names it.
        var name: String {
            switch self {
            case .cancel: "run.cancel"
            case .retry: "run.retry"
            case .prioritize: "run.prioritize"
            }
        }

        /// What the audit log says of it.
        var detail: JSONValue? {
            switch self {
            case .cancel: return nil
            case .retry(let retry): return retry.detail
            case .prioritize(let job, let priority):
                var detail: JSONObject = ["priority": .integer(Int64(priority))]
                if let job { detail["job"] = .string(job) }
                return .object(detail)
            }
        }
    }

    let reader: RunReader
    let runs: RunStore
    let notifier: ReadyNotifier
    let audit: AuditStore
    let answer: AnswerToAct
    let failpoints: SchedulerFailpoints

    /// Does it to one run.
    ///
    /// - Throws: `Problem` when it is not possible in the run's state.
    func perform(_ act: Act, on run: RunID, reason: String?) async throws {
        let note = AuditNote.byPerson(act.name, on: "run \(run)", run: run, reason: reason, detail: act.detail)
        switch act {
        case .cancel:
            guard let cancellation = try await runs.cancel(run, noting: note) else {
                let state = try await summary(of: run).state
                throw Problem(.runNotCancellable, "run \(run) has ended already: \(state.rawValue)")
            }
            failpoints.reach(.afterCancellation)
            notifier.notify(Array(cancellation.readied))
        case .retry(let retry):
            try await check(retry, of: run)
            switch try await runs.retry(run, retry, noting: note) {
            case .goesOn(let queues): notifier.notify(queues)
            case .nothing: throw Self.notRetryable(try await summary(of: run))
            case .keepTheirEnding(let jobs):
                throw Problem(
                    .runNotRetryable,
                    "\(jobs.joined(separator: ", ")) cannot begin afresh: no such job of run \(run) goes on; "
                        + "name it with \"from\", or say \"all\""
                )
            }
        case .prioritize(let job, let priority):
            if let job, try await runs.job(named: job, in: run) == nil { throw try await missing(job, of: run) }
            guard let done = try await runs.prioritize(run, job: job, to: priority, noting: note) else {
                let state = try await summary(of: run).state
                throw Problem(.runNotCancellable, "run \(run) has ended already: \(state.rawValue)")
            }
            notifier.notify(Array(done.queues))
        }
    }

    private func check(_ retry: RunStore.Retry, of run: RunID) async throws {
        var names = retry.fresh
        if case .from(let job) = retry.reach { names.append(job) }
        for name in names where try await runs.job(named: name, in: run) == nil {
            throw try await missing(name, of: run)
        }
    }

    /// Why there is no such job: the run is not there either, perhaps.
    func missing(_ job: String, of run: RunID) async throws -> Problem {
        _ = try await summary(of: run)
        return .jobNotFound(job, of: run)
    }

    private static func notRetryable(_ run: RunSummary) -> Problem {
        run.state.isFinal
            ? Problem(
                .runNotRetryable,
                "run \(run.id) has nothing to retry: all of its jobs succeeded; say \"from\" a job, or \"all\""
            )
            : Problem(.runNotRetryable, "run \(run.id) has not ended: it is \(run.state.rawValue); cancel it first")
    }

    /// The run, once something was done to it.
    func answer(_ run: RunID, of workflow: String? = nil) async -> JSONValue {
        await answer.run(run, of: workflow, reader)
    }

    func summary(of run: RunID) async throws -> RunSummary {
        guard let summary = try await reader.summary(of: run) else { throw Problem.runNotFound(run) }
        return summary
    }
}
