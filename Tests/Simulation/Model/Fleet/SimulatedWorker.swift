import JobModel
import Storage
import Worker

/// A worker's process: its pool's real decisions and its lease's, and around them what `JobPool` and `SessionKeeper` do.
final class SimulatedWorker: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    typealias Lease = LeaseStateMachine<VirtualInstant>

    static let leaseLength = 5_000
    static let queue = "a"

    let world: World
    let process: SimulatedProcess
    let store: ModelStore
    let slots: Int
    private(set) var session = -1
    private var pool: PoolState
    private var lease: Lease
    private let wakeUps = [Signal(), Signal()]
    private var running: Set<JobID> = []
    private var isLost = false
    /// How many of its loops of turns go on.
    private var lanes = 2
    /// Whether its session has ended with all done, or lost.
    private(set) var hasEnded = false

    init(world: World) {
        self.world = world
        process = SimulatedProcess(database: world.database)
        store = ModelStore(process: process, world: world)
        slots = world.chances.draw(1...world.mostSlots)
        pool = PoolState(slots: slots, subscription: Subscription(queues: [Self.queue]))
        lease = Lease(length: .zero, margin: .zero, sentAt: VirtualInstant(milliseconds: 0))
    }

    private var now: VirtualInstant { VirtualInstant(milliseconds: world.time.now) }

    /// Whether work may be started and written now.
    var isLeaseHeld: Bool { lease.expiresAt.map { now < $0 } ?? false }

    /// Whether nothing runs and every slot is free.
    var isIdle: Bool { running.isEmpty && pool.runningCount == 0 && pool.free == slots }

    /// Runs until it is killed, has drained, or has lost its lease.
    func run() async {
        do {
            try await begin()
            world.note { "session \(self.session) begins with \(self.slots) slots" }
            start { try await $0.keep() }
            start { try await $0.watch() }
            start { try await $0.poll() }
            start { try await $0.turns(1) }
            try await turns(0)
            // The other loop may still have something to do.
            while lanes > 0 { try await process.pause(1...20) }
            if !isLost { _ = try await process.ask { [world, session] in await world.database.finish(session) } }
        } catch {
            // Its process is gone although nobody was told: it renews nothing, and holds no lock.
            process.kill()
        }
        hasEnded = true
    }

    private func start(_ body: @escaping @Sendable (SimulatedWorker) async throws -> Void) {
        world.time.start { [self] in
            do { try await body(self) } catch {}
        }
    }

    private func begin() async throws {
        while true {
            let sentAt = now
            do {
                session = try await process.ask { [world] in
                    await world.database.beginSession(lease: Self.leaseLength)
                }
                world.sessions[session] = process
                process.takeLock()
                process.name = "session \(session)"
                lease = Lease(
                    length: .milliseconds(Self.leaseLength),
                    margin: .milliseconds(Self.leaseLength / 5),
                    sentAt: sentAt
                )
                return
            } catch ProcessError.noAnswer {
                try await process.pause(20...1000)
            }
        }
    }

    // MARK: What happens to it

    func kill() {
        process.kill()
        wake()
    }

    func drain() {
        pool.drain()
        wake()
    }

    func drainExpired() { pool.drainExpired() }

    func hearOfJobs() {
        pool.queueIsReady(Self.queue)
        wake()
    }

    /// It was told that something was cancelled, and asks what.
    func hearOfCancellation() {
        start { worker in
            let (database, session) = (worker.world.database, worker.session)
            guard session >= 0, worker.isLeaseHeld else { return }
            worker.cancel(try await worker.process.ask { await database.cancelledJobs(of: session) })
        }
    }

    private func cancel(_ jobs: [Int]) {
        guard !jobs.isEmpty else { return }
        pool.jobsWereCancelled(jobs.map(JobID.init(index:)))
        wake()
    }

    private func wake() { for wakeUp in wakeUps { wakeUp.give() } }

    // MARK: The session

    private func keep() async throws {
        while true {
            switch lease.timerFired(at: now) {
            case .stopWork: return lose()
            case .none: break
            case .sendRenewal:
                do {
                    let cancelled = try await process.ask { [world, session] in
                        await world.database.renew(session, lease: Self.leaseLength)
                    }
                    guard let cancelled else {
                        _ = lease.renewalRefused()
                        return lose()
                    }
                    guard lease.renewalAnswered(at: now) == .none else { return lose() }
                    cancel(cancelled)
                    process.takeLock()
                } catch ProcessError.noAnswer {
                    guard lease.renewalFailed(at: now) == .none else { return lose() }
                    try await process.pause(20...400)
                    if process.cutUntil <= world.time.now { process.takeLock() }
                    continue
                }
            }
            try await process.pause(Self.leaseLength / 3...Self.leaseLength / 3)
        }
    }

    private func watch() async throws {
        while let expiresAt = lease.expiresAt {
            let wait = max(0, expiresAt.milliseconds - world.time.now)
            try await process.pause(wait...wait)
            guard !isLeaseHeld else { continue }
            _ = lease.timerFired(at: now)
            break
        }
        lose()
    }

    private func lose() {
        guard !isLost else { return }
        world.note { "session \(self.session) knows that its lease is lost" }
        isLost = true
        pool.leaseWasLost()
        wake()
    }

    private func poll() async throws {
        while !hasEnded, !world.isResting {
            try await process.pause(750...1000)
            pool.queueIsReady(nil)
            pool.secondPassed()
            wake()
        }
    }

    // MARK: Turns

    private func turns(_ lane: Int) async throws {
        while true {
            switch pool.next() {
            case .stop:
                lanes -= 1
                return
            case .wait:
                await wakeUps[lane].wait()
                try await process.pause(0...0)
            case .turn(let turn):
                let started = try await make(turn)
                for (job, signal) in started {
                    if !running.insert(job.id).inserted {
                        world.outside.add(violation: "job \(job.id.index) runs twice in one process")
                    }
                    start { try await $0.execute(job, signal) }
                }
                if !started.isEmpty {
                    start { worker in
                        try await worker.process.pause(1...1)
                        worker.pool.pauseEnded(afterTurn: turn.number)
                        worker.wake()
                    }
                }
                wake()
            case .sweep(let known):
                do {
                    let strays = try await process.ask { [world, session] in
                        await world.database.strays(of: session, known: known.map(\.index))
                    }
                    for stray in strays {
                        _ = try await process.ask { [world] in
                            await world.database.release(stray.job, epoch: stray.epoch)
                        }
                    }
                    pool.swept()
                } catch ProcessError.noAnswer {
                    pool.sweepFailed()
                    try await process.pause(20...1000)
                }
                wake()
            }
        }
    }

    private func make(_ turn: PoolState.Turn) async throws -> [(job: ClaimedJob, signal: StopSignal)] {
        let endings = turn.endings.map(ModelDatabase.Ending.init)
        do {
            let done = try await process.ask { [world, session] in
                await world.database.turn(session: session, ending: endings, limit: turn.limit)
            }
            if !endings.isEmpty || !done.claimed.isEmpty {
                world.note { "session \(self.session) hears that its turn with \(endings.map(\.job)) \(done)" }
            }
            return pool.answered(turn, claimed: done.claimed.map(ClaimedJob.init))
        } catch ProcessError.noAnswer {
            world.note { "session \(self.session) has no answer to a turn" }
            pool.failed(turn)
            try await process.pause(20...500)
            return []
        }
    }

    private func execute(_ job: ClaimedJob, _ signal: StopSignal) async throws {
        let (number, epoch) = (job.id.index, Int(job.epoch.rawValue))
        let outcome = try await Attempt(worker: self, job: job, signal: signal).run()
        running.remove(job.id)
        world.note { "job \(number) (epoch \(epoch)): \(outcome)" }
        var ending: JobEnding?
        var isDropped = false
        let database = world.database
        switch outcome {
        case .end(let outcome): ending = JobEnding(of: job, outcome)
        case .retry(let delay): try await write { await database.delay(number, epoch: epoch, for: delay) }
        case .release: try await write { await database.release(number, epoch: epoch) }
        case .suspend(let until): try await write { await database.suspend(number, epoch: epoch, until: until) }
        case .drop: isDropped = true
        }
        pool.jobReturned(job, ending: ending, isDropped: isDropped)
        if pool.isWorthALook { wake() }
    }

    /// Writes until it is written or the lease is lost.
    private func write(_ body: @escaping @Sendable () async -> Bool) async throws {
        while isLeaseHeld {
            do {
                _ = try await process.ask(body)
                return
            } catch ProcessError.noAnswer {
                try await process.pause(20...1000)
            }
        }
    }
}
