import JobModel
import Storage
import TestSupport

@testable import Worker

/// One history of a few workers and a queue under faults, in virtual time: everything in it follows from its seed.
///
/// Workers are killed, stopped for longer than their lease, and drained; turns and sweeps are slow, come to nothing, or
/// commit although, or long after, their worker has been told that they failed. The pool's decisions are the real ones.
struct FleetSimulation {
    private enum Event {
        case look(worker: Int, lane: Int)
        case commit(worker: Int, lane: Int, turn: PoolState.Turn, isAnswered: Bool)
        case answer(worker: Int, lane: Int, turn: PoolState.Turn, claimed: [ClaimedJob])
        case failure(worker: Int, lane: Int, turn: PoolState.Turn)
        case sweep(worker: Int, lane: Int, known: [JobID], isAnswered: Bool)
        case swept(worker: Int, lane: Int, isDone: Bool)
        case handlerReturns(worker: Int, job: JobID)
        case suspension(worker: Int, job: JobID)
        case resumption(job: JobID)
        case pauseEnds(worker: Int, turn: Int)
        case second(worker: Int)
        case fault
        case sessionEnds(session: Int)
        case leaseIsLost(worker: Int)
        case rescue
        case start
        case submission
        case notice(worker: Int)
    }

    private struct Entry {
        let time: Int
        let number: Int
        let event: Event
    }

    /// Times are in milliseconds.
    private static let lease = 5_000
    private static let endOfFaults = 20_000
    private static let limit = 200_000

    private var generator: SeededGenerator
    /// The longest pause between two faults.
    private let pause: Int
    private var queue: ModelQueue
    private var workers: [SimulatedWorker] = []
    private var entries: [Entry] = []
    private var scheduled = 0
    private var now = 0
    private var doneAt: Int?
    private let isTraced: Bool
    private(set) var trace: [String] = []
    private(set) var violations: [String] = []

    init(seed: UInt64, weakness: ModelQueue.Weakness? = nil, isTraced: Bool = false) {
        generator = SeededGenerator(seed: seed)
        pause = Int.random(in: 300...20_000, using: &generator)
        queue = ModelQueue(weakness: weakness)
        queue.submit(Int.random(in: 1...100, using: &generator))
        self.isTraced = isTraced
    }

    /// Runs the history to its end.
    ///
    /// - Returns: What must not be and was; nothing when all is well.
    mutating func run() -> [String] {
        for _ in 0..<Int.random(in: 1...3, using: &generator) { schedule(.start, in: 0) }
        schedule(.fault, in: 1...pause)
        schedule(.submission, in: 0...2_000)
        schedule(.rescue, in: 1...500)
        while violations.isEmpty, let entry = next() {
            now = entry.time
            handle(entry.event)
            if !hasFaults, doneAt == nil, queue.unfinished == 0 { doneAt = now }
            if let restsAfter, now > restsAfter + Self.lease { break }
            if now > Self.limit { violations.append("\(queue.unfinished) jobs never ended") }
        }
        violations += queue.violations
        if violations.isEmpty {
            for worker in workers where worker.isAlive && !worker.isIdle {
                violations.append("the worker of session \(worker.session) has not got all of its slots back")
            }
        }
        return violations
    }

    /// When nothing more is to be done, but for what is under way.
    private var restsAfter: Int? { doneAt.map { $0 + Self.lease } }

    // MARK: Time

    private mutating func schedule(_ event: Event, in delay: ClosedRange<Int>) {
        schedule(event, in: Int.random(in: delay, using: &generator))
    }

    private mutating func schedule(_ event: Event, in delay: Int) {
        scheduled += 1
        let entry = Entry(time: now + delay, number: scheduled, event: event)
        let place = entries.firstIndex { ($0.time, $0.number) < (entry.time, entry.number) } ?? entries.endIndex
        entries.insert(entry, at: place)
    }

    /// The next event; those are in the order of time, the first one last.
    private mutating func next() -> Entry? { entries.popLast() }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private var hasFaults: Bool { now < Self.endOfFaults }

    private mutating func note(_ text: String) { trace.append("\(now) ms: \(text)") }

    /// Whether what happens to a worker happens now; to one that is stopped it happens later, to a dead one never.
    private mutating func reaches(_ worker: Int, _ event: Event) -> Bool {
        guard workers[worker].isAlive else { return false }
        guard workers[worker].frozenUntil <= now else {
            schedule(event, in: workers[worker].frozenUntil - now)
            return false
        }
        return true
    }

    // MARK: Events

    private mutating func handle(_ event: Event) {
        switch event {
        case .start: start()
        case .fault: fault()
        case .submission: submission()
        case .rescue:
            queue.rescue()
            schedule(.rescue, in: 100...1_000)
        case .resumption(let job):
            if isTraced { note("\(job) is resumed") }
            queue.resume(job)
        case .sessionEnds(let session):
            if isTraced { note("session \(session) ends") }
            queue.end(session)
        case .commit(let worker, let lane, let turn, let isAnswered):
            commit(turn, of: worker, lane, isAnswered)
        case .sweep(let worker, let lane, let known, let isAnswered):
            if isTraced { note("a sweep of session \(workers[worker].session) commits") }
            queue.releaseStrays(of: workers[worker].session, known: known)
            if isAnswered { schedule(.swept(worker: worker, lane: lane, isDone: true), in: 0...20) }
        case .look(let worker, _), .answer(let worker, _, _, _), .failure(let worker, _, _), .swept(let worker, _, _),
            .handlerReturns(let worker, _), .suspension(let worker, _), .pauseEnds(let worker, _), .second(let worker),
            .notice(let worker),
            .leaseIsLost(let worker):
            if reaches(worker, event) { handle(event, at: worker) }
        }
    }

    private mutating func handle(_ event: Event, at worker: Int) {
        switch event {
        case .look(_, let lane): look(worker, lane)
        case .answer(_, let lane, let turn, let claimed):
            workers[worker].isBusy[lane] = false
            begin(workers[worker].pool.answered(turn, claimed: claimed), at: worker)
            if !claimed.isEmpty { schedule(.pauseEnds(worker: worker, turn: turn.number), in: 1) }
            wake(worker)
        case .failure(_, let lane, let turn):
            if isTraced { note("session \(workers[worker].session) is told that turn \(turn.number) failed") }
            workers[worker].isBusy[lane] = false
            workers[worker].pool.failed(turn)
            wake(worker)
        case .swept(_, let lane, let isDone):
            workers[worker].isBusy[lane] = false
            if isDone { workers[worker].pool.swept() } else { workers[worker].pool.sweepFailed() }
            wake(worker)
        case .handlerReturns(_, let job): handlerReturns(job, at: worker)
        case .suspension(_, let job): suspend(job, at: worker)
        case .pauseEnds(_, let turn):
            workers[worker].pool.pauseEnded(afterTurn: turn)
            wake(worker)
        case .second:
            workers[worker].pool.queueIsReady(nil)
            workers[worker].pool.secondPassed()
            wake(worker)
            // At last everything comes to rest, and shows whether it is all there.
            if now < (restsAfter ?? .max) { schedule(.second(worker: worker), in: 750...1_000) }
        case .notice:
            workers[worker].pool.queueIsReady("a")
            wake(worker)
        case .leaseIsLost:
            if isTraced { note("session \(workers[worker].session) knows that its lease is lost") }
            workers[worker].pool.leaseWasLost()
            wake(worker)
        case .start, .fault, .submission, .rescue, .sessionEnds, .commit, .sweep, .resumption:
            preconditionFailure("\(event) happens to no worker")
        }
    }

    private mutating func start() {
        let worker = SimulatedWorker(session: workers.count, slots: Int.random(in: 1...100, using: &generator))
        workers.append(worker)
        if isTraced { note("session \(worker.session) begins with \(worker.slots) slots") }
        wake(worker.session)
        schedule(.second(worker: worker.session), in: 750...1_000)
    }

    private mutating func submission() {
        guard hasFaults else { return }
        queue.submit(Int.random(in: 1...20, using: &generator))
        schedule(.submission, in: 1...2_000)
        // A notice may get lost; workers look once a second.
        for worker in workers.indices where chance(80) { schedule(.notice(worker: worker), in: 0...10) }
    }

    private mutating func wake(_ worker: Int) {
        for lane in 0..<2 where !workers[worker].isBusy[lane] { schedule(.look(worker: worker, lane: lane), in: 0) }
    }

    private mutating func look(_ worker: Int, _ lane: Int) {
        guard !workers[worker].isBusy[lane] else { return }
        switch workers[worker].pool.next() {
        case .wait: break
        case .stop: if workers[worker].isIdle { replace(worker) }
        case .turn(let turn):
            workers[worker].isBusy[lane] = true
            let isLost = hasFaults && chance(8)
            if !isLost || chance(60) {
                schedule(
                    .commit(worker: worker, lane: lane, turn: turn, isAnswered: !isLost),
                    in: isLost && chance(50) ? 1...9_000 : 1...20
                )
            }
            if isLost { schedule(.failure(worker: worker, lane: lane, turn: turn), in: 1...500) }
        case .sweep(let known):
            workers[worker].isBusy[lane] = true
            let isLost = hasFaults && chance(20)
            if !isLost || chance(50) {
                schedule(.sweep(worker: worker, lane: lane, known: known, isAnswered: !isLost), in: 1...20)
            }
            if isLost { schedule(.swept(worker: worker, lane: lane, isDone: false), in: 21...500) }
        }
    }

    private mutating func commit(_ turn: PoolState.Turn, of worker: Int, _ lane: Int, _ isAnswered: Bool) {
        let done = queue.turn(session: workers[worker].session, ending: turn.endings, limit: turn.limit)
        if isTraced {
            note(
                "turn \(turn.number) of session \(workers[worker].session) commits: \(done.ended.count) of "
                    + "\(turn.endings.count) end, \(done.claimed.map(\.id)) are claimed"
                    + (isAnswered ? "" : ", and it never hears of it")
            )
        }
        guard isAnswered else { return }
        schedule(.answer(worker: worker, lane: lane, turn: turn, claimed: done.claimed), in: 0...20)
    }

    private mutating func begin(_ jobs: [(job: ClaimedJob, signal: StopSignal)], at worker: Int) {
        for (job, signal) in jobs {
            if workers[worker].running[job.id] != nil { violations.append("\(job.id) runs twice in one process") }
            workers[worker].running[job.id] = .init(claimed: job, signal: signal)
            schedule(.handlerReturns(worker: worker, job: job.id), in: chance(10) ? 0...4_000 : 0...10)
        }
    }

    private mutating func handlerReturns(_ job: JobID, at worker: Int) {
        guard let running = workers[worker].running[job] else {
            preconditionFailure("\(job) returns and does not run")
        }
        let (claimed, session) = (running.claimed, workers[worker].session)
        var ending: JobEnding?
        switch running.signal.reason {
        case .leaseLost: break
        case .cancelled: ending = JobEnding(of: claimed, .cancelled)
        case .drained: _ = queue.release(job, epoch: claimed.epoch)
        case nil:
            if queue.isLiving(session), !queue.isHeld(job, by: session, epoch: claimed.epoch) {
                violations.append("\(job) was taken from session \(session), which lives")
            }
            if running.signal.isDraining && chance(50) {
                _ = queue.release(job, epoch: claimed.epoch)
            } else if chance(5), hasFaults {
                // What it waits for changes at some time, perhaps while it is about to be suspended.
                schedule(.resumption(job: job), in: 0...500)
                schedule(.suspension(worker: worker, job: job), in: 0...20)
                return
            } else {
                ending = JobEnding(of: claimed, .succeeded(.null))
            }
        }
        workers[worker].running[job] = nil
        workers[worker].pool.jobReturned(job, ending: ending, isDropped: running.signal.reason == .leaseLost)
        if workers[worker].pool.isWorthALook { wake(worker) }
    }

    private mutating func suspend(_ job: JobID, at worker: Int) {
        guard let running = workers[worker].running.removeValue(forKey: job) else {
            preconditionFailure("\(job) is suspended and does not run")
        }
        if isTraced { note("\(job) is suspended") }
        queue.suspend(job, epoch: running.claimed.epoch)
        workers[worker].pool.jobReturned(job, ending: nil)
        if workers[worker].pool.isWorthALook { wake(worker) }
    }

    // MARK: Faults

    private mutating func fault() {
        guard hasFaults else { return }
        schedule(.fault, in: 100...pause)
        let living = workers.indices.filter { workers[$0].isAlive && workers[$0].frozenUntil <= now }
        guard let worker = living.randomElement(using: &generator) else { return }
        let session = workers[worker].session
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
            if isTraced { note("session \(session) is killed") }
            workers[worker].isAlive = false
            schedule(.sessionEnds(session: session), in: 300...800)
            schedule(.start, in: 0...1_000)
        case 1:
            let pause = Int.random(in: 1...2 * Self.lease, using: &generator)
            if isTraced { note("session \(session) is stopped for \(pause) ms") }
            workers[worker].frozenUntil = now + pause
            guard pause > Self.lease else { return }
            schedule(.sessionEnds(session: session), in: Self.lease)
            schedule(.leaseIsLost(worker: worker), in: pause...pause + 50)
        case 2:
            if isTraced { note("session \(session) drains") }
            workers[worker].pool.drain()
            wake(worker)
        default:
            // Its connection is gone, and its lease runs out while it works.
            if isTraced { note("session \(session) cannot renew its lease") }
            schedule(.leaseIsLost(worker: worker), in: Self.lease - 500)
            schedule(.sessionEnds(session: session), in: Self.lease)
        }
    }

    /// A worker whose pool has stopped: its process begins another session, or another process is started.
    private mutating func replace(_ worker: Int) {
        if isTraced { note("session \(workers[worker].session) stops") }
        workers[worker].isAlive = false
        schedule(.sessionEnds(session: workers[worker].session), in: 0)
        schedule(.start, in: 0...200)
    }
}
