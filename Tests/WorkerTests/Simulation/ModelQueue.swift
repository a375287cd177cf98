import JobModel
import Storage

/// The rooms of the queue as the statements leave them: each call is one transaction that commits at that moment.
///
/// Rows that another transaction holds are not modelled, since claims and rescues pass over them and endings wait for them:
/// either way it is as if one had gone first.
struct ModelQueue: Sendable {
    /// What a mutation of the model leaves out, to show that the simulation sees it.
    enum Weakness: Equatable, Sendable {
        /// `end_jobs` does not ask for the epoch.
        case endsUnderAnyEpoch
        /// `rescue_jobs` also takes jobs of sessions that live.
        case rescuesTheLiving
        /// `find_stray_leases` finds none.
        case findsNoStrays
        /// `suspend_job` does not look for a resumption that came while the job ran.
        case forgetsResumptions
    }

    enum Room: Equatable, Sendable {
        case ready(epoch: Int64)
        case lease(session: Int, epoch: Int64)
        case suspended(epoch: Int64)
        case done(epoch: Int64)
    }

    let weakness: Weakness?
    private(set) var rooms: [JobID: Room] = [:]
    private var line: [JobID] = []
    private var woken: Set<JobID> = []
    private(set) var endedSessions: Set<Int> = []
    /// What must never be, and was.
    private(set) var violations: [String] = []

    init(weakness: Weakness?) { self.weakness = weakness }

    /// `submit_run`, of jobs that need nothing.
    mutating func submit(_ jobs: Int) {
        for _ in 0..<jobs {
            let job = JobID(rawValue: Int64(rooms.count + 1))
            rooms[job] = .ready(epoch: 0)
            line.append(job)
        }
    }

    var unfinished: Int { rooms.values.count { if case .done = $0 { false } else { true } } }

    /// `end_jobs` and `claim_jobs`, in one transaction.
    mutating func turn(session: Int, ending: [JobEnding], limit: Int) -> (ended: Set<JobID>, claimed: [ClaimedJob]) {
        var ended: Set<JobID> = []
        for ending in ending {
            switch rooms[ending.job] {
            case .lease(_, let epoch) where epoch == ending.epoch.rawValue || weakness == .endsUnderAnyEpoch:
                if epoch != ending.epoch.rawValue { violations.append("\(ending.job) was ended under another epoch") }
                rooms[ending.job] = .done(epoch: epoch)
                ended.insert(ending.job)
            default: break
            }
        }
        guard !endedSessions.contains(session) else { return (ended, []) }
        let taken = line.prefix(limit)
        line.removeFirst(taken.count)
        return (ended, taken.map { claim($0, session) })
    }

    private mutating func claim(_ job: JobID, _ session: Int) -> ClaimedJob {
        guard case .ready(let epoch) = rooms[job] else { preconditionFailure("\(job) is in line and not ready") }
        rooms[job] = .lease(session: session, epoch: epoch + 1)
        return ClaimedJob(
            id: job,
            run: RunID(rawValue: 1),
            version: VersionID(rawValue: 1),
            name: "a",
            kind: "noop",
            params: [:],
            attempt: 1,
            epoch: LeaseEpoch(rawValue: epoch + 1),
            failures: 0,
            losses: 0,
            isCancelled: false
        )
    }

    /// `release_jobs`.
    ///
    /// - Returns: Whether the lease was held.
    mutating func release(_ job: JobID, epoch: LeaseEpoch) -> Bool {
        guard case .lease(_, epoch.rawValue) = rooms[job] else { return false }
        putBack(job, epoch: epoch.rawValue)
        return true
    }

    /// `suspend_job` and `wake_suspended_job`.
    mutating func suspend(_ job: JobID, epoch: LeaseEpoch) {
        guard case .lease(_, epoch.rawValue) = rooms[job] else { return }
        rooms[job] = .suspended(epoch: epoch.rawValue)
        if woken.remove(job) != nil, weakness != .forgetsResumptions { putBack(job, epoch: epoch.rawValue) }
    }

    /// `resume_jobs`.
    mutating func resume(_ job: JobID) {
        switch rooms[job] {
        case .suspended(let epoch)?: putBack(job, epoch: epoch)
        case .ready?, .lease?: woken.insert(job)
        case .done?, nil: break
        }
    }

    /// `find_stray_leases` and `release_jobs`: what the session holds and its worker does not know.
    mutating func releaseStrays(of session: Int, known: [JobID]) {
        guard weakness != .findsNoStrays else { return }
        let known = Set(known)
        for (job, epoch) in held(by: session) where !known.contains(job) { putBack(job, epoch: epoch) }
    }

    /// `end_dead_sessions`, for a session whose process is gone or whose lease has run out.
    mutating func end(_ session: Int) { endedSessions.insert(session) }

    /// `rescue_jobs`.
    mutating func rescue() {
        for (job, room) in rooms.sorted(by: { $0.key < $1.key }) {
            guard case .lease(let session, let epoch) = room else { continue }
            if endedSessions.contains(session) || weakness == .rescuesTheLiving { putBack(job, epoch: epoch) }
        }
    }

    private func held(by session: Int) -> [(JobID, Int64)] {
        rooms.compactMap { job, room in
            if case .lease(session, let epoch) = room { (job, epoch) } else { nil }
        }.sorted { $0.0 < $1.0 }
    }

    private mutating func putBack(_ job: JobID, epoch: Int64) {
        rooms[job] = .ready(epoch: epoch)
        line.append(job)
    }
}

extension ModelQueue {
    func isLiving(_ session: Int) -> Bool { !endedSessions.contains(session) }

    func isHeld(_ job: JobID, by session: Int, epoch: LeaseEpoch) -> Bool {
        rooms[job] == .lease(session: session, epoch: epoch.rawValue)
    }
}
