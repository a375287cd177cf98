import JobModel
import Storage

@testable import Worker

/// A worker's process, as far as its pool goes: the real decisions, without time, threads or a database.
struct SimulatedWorker: Sendable {
    /// A job that runs, under the epoch of its claim.
    struct Running: Sendable {
        let claimed: ClaimedJob
        let signal: StopSignal
    }

    let session: Int
    let slots: Int
    var pool: PoolState
    var isAlive = true
    /// Until when it is stopped; what happens to it meanwhile happens then.
    var frozenUntil = 0
    /// Which of its two loops wait for a turn or a sweep.
    var isBusy = [false, false]
    var running: [JobID: Running] = [:]

    init(session: Int, slots: Int) {
        self.session = session
        self.slots = slots
        pool = PoolState(slots: slots, subscription: Subscription(queues: ["a"]))
    }

    /// Whether nothing runs and every slot is free.
    var isIdle: Bool { running.isEmpty && pool.runningCount == 0 && pool.free == slots && isBusy == [false, false] }
}
