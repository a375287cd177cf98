import Checkpoints
import JobModel

/// One history of a few workers, schedulers, people and a provider under faults, in virtual time: everything in it follows
/// from its seed.
///
/// Workers are killed, stopped for longer than their lease, cut off, and drained; runs are cancelled; the server of the
/// database is restarted; statements are slow, come to nothing, or commit although, or long after, their worker was told
/// that they failed; calls fail, are not answered, or cost money without an answer. The decisions of pools, leases, retries,
/// intents and budgets are the real ones, and so are the journals.
package final class History: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.

    /// What all histories have in common, made once.
    package struct Names: Sendable {
        let steps = StepNames()

        package init() {}
    }

    private static let endOfFaults = 20_000
    private static let limit = 400_000

    private let world: World
    private let scheduler: Scheduler
    private let pause: Int
    private var workers: [SimulatedWorker] = []
    private var restsAfter: Int?

    package init(seed: UInt64, names: Names, weakness: Weakness? = nil, isTraced: Bool = false) {
        let chances = Chances(seed: seed)
        let plan = Plan(chances)
        world = World(chances: chances, plan: plan, names: names.steps, weakness: weakness, isTraced: isTraced)
        scheduler = Scheduler(world: world, poisonLimit: chances.pick([3, 1000, 1000]))
        pause = chances.draw(300...10_000)
    }

    /// What happened, step by step, where it is traced.
    package var trace: [String] { world.trace.lines }

    /// Runs the history to its end.
    ///
    /// - Returns: What must not be and was; nothing when all is well.
    package func run() -> [String] {
        world.note { "the jobs: \(self.world.programs)" }
        world.time.start { await self.begin() }
        var isOver = false
        world.time.run {
            guard !isOver else { return true }
            isOver = self.isOver
            if isOver { self.close() }
            return isOver
        }
        return violations
    }

    private var violations: [String] = []

    // MARK: What goes on

    private var database: ModelDatabase { world.database }
    private var chances: Chances { world.chances }
    private var isDone: Bool { database.tables.jobs.allSatisfy(\.room.isDone) }

    private func begin() async {
        for _ in 0..<chances.draw(1...3) { startWorker() }
        for _ in 0..<chances.draw(1...2) {
            world.time.start { await self.scheduler.repair { self.isRunning } }
        }
        world.time.start { await self.scheduler.people { self.isRunning } }
        world.time.start { await self.scheduler.treasury(while: { self.isRunning }, enoughAfter: Self.endOfFaults) }
        world.time.start { await self.cancelSome() }
        world.time.start { await self.restartServer() }
        await faults()
    }

    private var isRunning: Bool { !hasClosed }
    private var hasClosed = false

    private func startWorker() {
        let worker = SimulatedWorker(world: world)
        workers.append(worker)
        world.time.start {
            await worker.run()
            // A killed or drained process is started again, one that lost its lease begins another session.
            await self.world.time.sleep(self.chances.draw(0...1_000))
            if self.isRunning { self.startWorker() }
        }
    }

    private func cancelSome() async {
        guard chances.percent(30) else { return }
        await world.time.sleep(chances.draw(0...15_000))
        let run = chances.draw(0...database.tables.runs.count - 1)
        world.note { "run \(run) is cancelled" }
        await database.cancel(run)
        // Commands come twice.
        if chances.percent(20) { await database.cancel(run) }
        for worker in workers where worker.process.isAlive && chances.percent(80) { worker.hearOfCancellation() }
    }

    /// In some histories the server of the database is restarted, once or a few times.
    private func restartServer() async {
        let chances = chances.ofServer
        guard chances.percent(10) else { return }
        for _ in 0..<chances.draw(1...3) {
            await world.time.sleep(chances.draw(500...8_000))
            // Mostly while something is being written.
            var patience = chances.percent(80) ? 1_000 : 0
            while database.uncommitted == 0, patience > 0 {
                await world.time.sleep(1)
                patience -= 1
            }
            guard world.time.now < Self.endOfFaults, isRunning else { return }
            let length = chances.draw(1...3_000)
            world.note { "the server is restarted, and down for \(length) ms" }
            database.restart(downFor: length)
            for worker in workers { worker.process.loseLock() }
        }
    }

    private func faults() async {
        while world.time.now < Self.endOfFaults, isRunning {
            await world.time.sleep(chances.draw(100...pause))
            let living = workers.filter { $0.process.isAlive && !$0.hasEnded && $0.session >= 0 }
            guard world.time.now < Self.endOfFaults, isRunning, !living.isEmpty else { continue }
            hurt(chances.pick(living))
        }
        database.hasFaults = false
    }

    private func hurt(_ worker: SimulatedWorker) {
        let session = worker.session
        switch chances.draw(0...9) {
        case ..<4:
            world.note { "session \(session) is killed" }
            worker.kill()
        case ..<6:
            let length = chances.draw(1...2 * SimulatedWorker.leaseLength)
            world.note { "session \(session) is stopped for \(length) ms" }
            worker.process.stop(until: world.time.now + length)
        case ..<8:
            let length = chances.draw(1...2 * SimulatedWorker.leaseLength)
            let isNoticed = chances.percent(50)
            world.note { "session \(session) is cut off for \(length) ms" }
            worker.process.cut(until: world.time.now + length, isNoticed: isNoticed)
        default:
            world.note { "session \(session) drains" }
            worker.drain()
            world.time.start { [chances] in
                await self.world.time.sleep(chances.draw(0...3_000))
                worker.drainExpired()
            }
        }
    }

    // MARK: The end

    /// Whether all is done, and has had time to come to rest; or whether something has gone wrong.
    private var isOver: Bool {
        if !database.tables.violations.isEmpty || !world.outside.violations.isEmpty { return true }
        if world.time.now > Self.limit { return true }
        guard isDone, world.time.now > Self.endOfFaults else { return false }
        // Statements that are late, and leases of those who are gone.
        let rests = restsAfter ?? world.time.now + 2 * SimulatedWorker.leaseLength + 9_000
        restsAfter = rests
        world.isResting = world.time.now > rests
        return world.time.now > rests + SimulatedWorker.leaseLength
    }

    private func close() {
        hasClosed = true
        violations = database.tables.violations + world.outside.violations
        if violations.isEmpty { violations = Rest(world: world, workers: workers).violations() }
        database.hasFaults = false
        for worker in workers { worker.kill() }
    }
}
