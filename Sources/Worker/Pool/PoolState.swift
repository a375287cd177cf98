import JobModel
import Storage

/// The slots of a worker, what it may claim, and what it has to end: told what happened, it says what the next turn does.
struct PoolState: Sendable {
    enum Mode: Equatable, Sendable {
        case claiming
        /// Claims nothing more; ends when the running jobs have been ended or released.
        case draining
        /// The lease is lost; nothing more is written.
        case lost
    }

    /// What the next turn with the database does.
    enum Next: Equatable, Sendable {
        /// End these jobs, and claim so many from the queue.
        case turn(endings: [JobEnding], queue: String, limit: Int)
        /// There is nothing to do now.
        case wait
        /// All is done.
        case stop
    }

    private(set) var mode: Mode = .claiming
    private(set) var free: Int
    private var queues: [String]
    private var hot: Set<String>
    private var endings: [JobEnding] = []
    private var running: [JobID: Entry] = [:]

    private struct Entry: Sendable {
        let run: RunID
        let signal: StopSignal
    }

    /// - Parameter queues: The queues to claim from, each in its turn.
    init(slots: Int, queues: [String]) {
        free = slots
        self.queues = queues
        hot = Set(queues)
    }

    var runningCount: Int { running.count }

    /// Takes what the next turn does; endings that were taken are given back with `turnFailed` if it failed.
    mutating func next() -> Next {
        switch mode {
        case .lost:
            return running.isEmpty ? .stop : .wait
        case .draining:
            guard endings.isEmpty else { return .turn(endings: takeEndings(), queue: queues[0], limit: 0) }
            return running.isEmpty ? .stop : .wait
        case .claiming:
            let queue = free > 0 ? nextQueue() : nil
            guard queue != nil || !endings.isEmpty else { return .wait }
            // Whoever ends jobs claims in the same turn: what they made pending is often next.
            return .turn(endings: takeEndings(), queue: queue ?? queues[0], limit: free)
        }
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
        return queue
    }

    /// A queue may have pending jobs; nil for all of them.
    mutating func queueIsReady(_ queue: String?) {
        if let queue {
            if queues.contains(queue) { hot.insert(queue) }
        } else {
            hot.formUnion(queues)
        }
    }

    /// A turn was made.
    ///
    /// - Returns: What to run, each with its signal.
    mutating func turnAnswered(
        queue: String,
        limit: Int,
        claimed: [ClaimedJob]
    ) -> [(job: ClaimedJob, signal: StopSignal)] {
        if limit > 0, claimed.count < limit { hot.remove(queue) }
        free -= claimed.count
        return claimed.map { job in
            let signal = StopSignal()
            switch mode {
            case .claiming: break
            case .draining: signal.drain()
            case .lost: signal.stop(.leaseLost)
            }
            running[job.id] = Entry(run: job.run, signal: signal)
            return (job, signal)
        }
    }

    /// A turn could not be made; its endings are still to be written.
    mutating func turnFailed(endings: [JobEnding]) { self.endings = endings + self.endings }

    /// A job's handler has returned and its slot is free.
    ///
    /// - Parameter ending: How the job ends; nil when it was released, set aside or dropped.
    mutating func jobReturned(_ job: JobID, ending: JobEnding?) {
        running[job] = nil
        free += 1
        if let ending, mode != .lost { endings.append(ending) }
    }

    mutating func runWasCancelled(_ run: RunID) {
        for entry in running.values where entry.run == run { entry.signal.stop(.cancelled) }
    }

    mutating func jobsWereCancelled(_ jobs: [JobID]) {
        for job in jobs { running[job]?.signal.stop(.cancelled) }
    }

    /// The process was asked to end: jobs are released at their next step boundary.
    mutating func drain() {
        guard mode == .claiming else { return }
        mode = .draining
        for entry in running.values { entry.signal.drain() }
    }

    /// The drain has lasted long enough: jobs are released where they stand.
    mutating func drainExpired() {
        for entry in running.values { entry.signal.stop(.drained) }
    }

    mutating func leaseWasLost() {
        mode = .lost
        endings = []
        for entry in running.values { entry.signal.stop(.leaseLost) }
    }
}
