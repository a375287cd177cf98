package import JobModel
package import Storage

/// The slots of a worker, what it may claim, and what it has to end: told what happened, it says what the next turn does.
///
/// Several turns may be under way at once: while the database works on one, the jobs of another run.
package struct PoolState: Sendable {
    package enum Mode: Equatable, Sendable {
        case claiming
        /// Claims nothing more; ends when the running jobs have been ended or released.
        case draining
        /// The lease is lost; nothing more is written.
        case lost
    }

    /// What the next turn with the database does.
    package enum Next: Equatable, Sendable {
        /// End these jobs, and claim so many from the queue.
        case turn(Turn)
        /// Give back what this session holds and none of its slots knows: a claim whose answer was lost.
        case sweep(known: [JobID])
        /// There is nothing to do now.
        case wait
        /// All is done.
        case stop
    }

    /// One turn with the database.
    package struct Turn: Equatable, Sendable {
        /// Tells it from other turns; they are counted from 1.
        package let number: Int
        /// What it ends.
        package var endings: [JobEnding]
        /// The queue that it claims from.
        package var queue: String
        /// How many jobs are claimed at most.
        package var limit: Int
    }

    /// How many times the session's leases are looked through after a turn that failed, once a second: for longer than
    /// any statement may run.
    static let sweeps = 60
    /// How many queues of jobs that ask for labels it claims from at once.
    static let mostLabelledQueues = 1000
    /// With fewer slots than this, one turn may fill them all; with more, it leaves half of them to another one.
    static let slotsOfTwoTurns = 64

    /// Whether it claims.
    package private(set) var mode: Mode = .claiming
    /// How many slots are free.
    package private(set) var free: Int
    /// How many jobs one turn claims at most.
    private let largestClaim: Int
    /// The turns under way, and the jobs that were cancelled meanwhile: they may be what the turn claims.
    private var underWay: [Int: Set<JobID>] = [:]
    private var sweepsLeft = 0
    private var isSweepDue = false
    private var isSweeping = false
    private let subscription: Subscription
    /// Those it always claims from, and those that it was told of and that may have more jobs.
    private var queues: [String]
    private var hot: Set<String>
    private var endings: [JobEnding] = []
    private var running: [Held: StopSignal] = [:]
    private var pace: Pace = .ready

    /// A job under one epoch.
    ///
    /// One that is given back is claimed again perhaps, by this very process, before the answer to its giving back has come.
    private struct Held: Hashable, Sendable {
        let job: JobID
        let epoch: LeaseEpoch
    }

    /// Whether the next turn may be made, or gathers endings first.
    ///
    /// Jobs that were claimed together often end together, one right after the other: a turn for the first of them
    /// would leave the others to a second one.
    private enum Pace: Equatable, Sendable {
        case ready
        /// Jobs were claimed just now; the next turn waits until so many have ended, nothing runs, or the pause is over.
        case gathering(turn: Int, goal: Int)
    }

    /// How many turns were begun.
    private var turns = 0

    /// - Parameter subscription: The queues to claim from, each in its turn.
    package init(slots: Int, subscription: Subscription) {
        free = slots
        largestClaim = slots < Self.slotsOfTwoTurns ? slots : (slots + 1) / 2
        self.subscription = subscription
        queues = subscription.known
        hot = Set(queues)
    }

    /// How many jobs run.
    package var runningCount: Int { running.count }

    /// Takes what is to be done next; tell how it went, with `answered` or `failed`, `swept` or `sweepFailed`.
    package mutating func next() -> Next {
        switch mode {
        case .lost: return running.isEmpty ? .stop : .wait
        case .draining:
            if isSweepDue || isSweeping { return sweep() }
            guard endings.isEmpty else { return turn(on: "", limit: 0) }
            return running.isEmpty ? .stop : .wait
        case .claiming:
            if isSweepDue || isSweeping { return sweep() }
            guard !isGathering else { return .wait }
            let queue = free > 0 ? nextQueue() : nil
            guard queue != nil || !endings.isEmpty else { return .wait }
            // Whoever ends jobs claims in the same turn: what they made pending is often next.
            guard let queue = queue ?? queues.first else { return turn(on: "", limit: 0) }
            return turn(on: queue, limit: min(free, largestClaim))
        }
    }

    private mutating func turn(on queue: String, limit: Int) -> Next {
        turns += 1
        free -= limit
        underWay[turns] = []
        return .turn(Turn(number: turns, endings: takeEndings(), queue: queue, limit: limit))
    }

    /// Nothing else is done with the database meanwhile: what a turn under way claims is not known yet.
    private mutating func sweep() -> Next {
        guard underWay.isEmpty, !isSweeping else { return .wait }
        isSweepDue = false
        isSweeping = true
        return .sweep(known: (running.keys.map(\.job) + endings.map(\.job)).sorted())
    }

    /// The leases were looked through.
    package mutating func swept() { isSweeping = false }

    /// The leases could not be looked through.
    package mutating func sweepFailed() {
        isSweeping = false
        isSweepDue = true
    }

    /// A second has passed: after a turn that failed, the leases are to be looked through again.
    package mutating func secondPassed() {
        guard sweepsLeft > 0 else { return }
        sweepsLeft -= 1
        isSweepDue = true
    }

    private var isGathering: Bool {
        guard case .gathering(_, let goal) = pace, !running.isEmpty else { return false }
        return endings.count < goal && free < goal
    }

    private mutating func takeEndings() -> [JobEnding] {
        defer { endings = [] }
        return endings
    }

    /// The next queue that may have jobs, in rotation.
    private mutating func nextQueue() -> String? {
        guard let place = queues.firstIndex(where: hot.contains) else { return nil }
        let queue = queues.remove(at: place)
        queues.append(queue)
        // What becomes pending while the claim is under way makes it hot again.
        hot.remove(queue)
        return queue
    }

    /// A queue may have pending jobs; nil for all of them.
    package mutating func queueIsReady(_ queue: String?) {
        if let queue {
            if queues.contains(queue) || mayLearn(queue) { heat(queue) }
        } else {
            hot.formUnion(queues)
        }
    }

    /// Whether it claims from a queue that it was told of, and does not claim from too many already.
    private func mayLearn(_ queue: String) -> Bool {
        queues.count - subscription.known.count < Self.mostLabelledQueues && subscription.accepts(queue)
    }

    private mutating func heat(_ queue: String) {
        hot.insert(queue)
        if !queues.contains(queue) { queues.append(queue) }
    }

    /// Leaves a queue that it was only told of, until it is told again.
    private mutating func cool(_ queue: String) {
        guard !hot.contains(queue), !subscription.known.contains(queue) else { return }
        queues.removeAll { $0 == queue }
    }

    /// A turn was made.
    ///
    /// - Parameter mayHaveMore: Whether the queue may have pending jobs although fewer were claimed than could be.
    /// - Returns: What to start, each with its signal; when that is anything, call `pauseEnded` after the pause.
    package mutating func answered(
        _ turn: Turn,
        claimed: [ClaimedJob],
        mayHaveMore: Bool = false
    ) -> [(job: ClaimedJob, signal: StopSignal)] {
        if mayHaveMore || turn.limit > 0 && claimed.count == turn.limit { heat(turn.queue) } else { cool(turn.queue) }
        free += turn.limit - claimed.count
        let cancelled = underWay.removeValue(forKey: turn.number) ?? []
        if !claimed.isEmpty { pace = .gathering(turn: turn.number, goal: claimed.count) }
        return claimed.map { job in
            let signal = StopSignal()
            switch mode {
            case .claiming: if cancelled.contains(job.id) { signal.stop(.cancelled) }
            case .draining: signal.drain()
            case .lost: signal.stop(.leaseLost)
            }
            running[Held(job: job.id, epoch: job.epoch)] = signal
            return (job, signal)
        }
    }

    /// The pause after a turn is over; a later turn has a pause of its own.
    package mutating func pauseEnded(afterTurn turn: Int) {
        if case .gathering(turn, _) = pace { pace = .ready }
    }

    /// A turn could not be made, or its answer was lost: its endings are to be written again, and what it claimed is to
    /// be given back.
    package mutating func failed(_ turn: Turn) {
        endings = turn.endings + endings
        free += turn.limit
        underWay[turn.number] = nil
        if turn.limit > 0 {
            heat(turn.queue)
            sweepsLeft = Self.sweeps
            isSweepDue = true
        }
    }

    /// A job's handler has returned and its slot is free.
    ///
    /// - Parameter ending: How the job ends; nil when it was released, set aside or dropped.
    /// - Parameter isDropped: Whether it was dropped because a write found no lease. Should the session hold the job all the
    ///   same, it is to be given back.
    package mutating func jobReturned(_ job: ClaimedJob, ending: JobEnding?, isDropped: Bool = false) {
        running[Held(job: job.id, epoch: job.epoch)] = nil
        free += 1
        if isDropped { isSweepDue = true }
        if let ending, mode != .lost { endings.append(ending) }
    }

    /// Whether something may be done now; asked after a job's return, so that not each of them wakes somebody.
    package var isWorthALook: Bool { mode != .claiming || isSweepDue || !isGathering }

    /// Jobs of cancelled runs end as cancelled, also those that a turn under way claims.
    package mutating func jobsWereCancelled(_ jobs: [JobID]) {
        for turn in underWay.keys { underWay[turn]?.formUnion(jobs) }
        let jobs = Set(jobs)
        for (held, signal) in running where jobs.contains(held.job) { signal.stop(.cancelled) }
    }

    /// Somebody has ended a job from outside: whatever its handler does is dropped.
    ///
    /// It may be told late: a lease that was claimed since is not the one that was taken.
    package mutating func jobWasFenced(_ fence: Fence) {
        for (held, signal) in running where held.job == fence.job && held.epoch <= fence.epoch {
            signal.stop(.leaseLost)
        }
    }

    /// The process was asked to end: jobs are released at their next step boundary.
    package mutating func drain() {
        guard mode == .claiming else { return }
        mode = .draining
        for signal in running.values { signal.drain() }
    }

    /// The drain has lasted long enough: jobs are released where they stand.
    package mutating func drainExpired() {
        for signal in running.values { signal.stop(.drained) }
    }

    /// Nothing more is written; what runs is stopped.
    package mutating func leaseWasLost() {
        mode = .lost
        endings = []
        for signal in running.values { signal.stop(.leaseLost) }
    }
}
