/// Why a process's code does not go on.
enum ProcessError: Error {
    /// It was killed: nothing of it goes on.
    case killed
    /// The database did not answer; whether it did what it was asked for, nobody knows.
    case noAnswer
}

/// A process that may be killed, stopped for a while, or cut off.
final class SimulatedProcess: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    let database: ModelDatabase
    /// What it is called in the trace.
    var name = "a process without a session"
    private(set) var isAlive = true
    /// Until when it is stopped; what happens to it meanwhile happens then.
    private(set) var stoppedUntil = 0
    /// Until when it does not reach the database.
    private(set) var cutUntil = 0
    /// Whether the server still sees its connections.
    private(set) var isLockHeld = true
    /// In which life of the server it took its lock.
    private(set) var lockedIn: Int

    init(database: ModelDatabase) {
        self.database = database
        lockedIn = database.life
    }

    var time: VirtualTime { database.time }
    var chances: Chances { database.chances }
    var hasFaults: Bool { database.hasFaults }

    func kill() {
        isAlive = false
        isLockHeld = false
    }

    func stop(until time: Int) { stoppedUntil = max(stoppedUntil, time) }

    /// - Parameter isNoticed: Whether the server sees it, and gives its locks up.
    func cut(until time: Int, isNoticed: Bool) {
        cutUntil = max(cutUntil, time)
        if isNoticed { isLockHeld = false }
    }

    /// The server was restarted.
    func loseLock() { isLockHeld = false }

    func takeLock() {
        guard isAlive, !database.isDown else { return }
        isLockHeld = true
        lockedIn = database.life
    }

    /// Lets time pass, also while it is stopped.
    ///
    /// - Throws: `killed`.
    func pause(_ range: ClosedRange<Int>) async throws {
        let length = chances.draw(range)
        if length > 0 || !isAlive || stoppedUntil > time.now { await time.sleep(length) }
        while isAlive, stoppedUntil > time.now { await time.sleep(stoppedUntil - time.now) }
        guard isAlive else { throw ProcessError.killed }
    }

    /// A place where a process may be stopped that asks for nothing there, for longer than its lease.
    func mayBeStopped() async throws {
        if hasFaults, chances.percent(1) { stopHere(for: chances.draw(1...20_000)) }
        try await pause(0...0)
    }

    /// Such a place that changes nothing where it does not stop, and is drawn apart.
    func mayBeStoppedApart() async throws {
        guard hasFaults, chances.apart.percent(1) else { return }
        stopHere(for: chances.apart.draw(1...20_000))
        try await pause(0...0)
    }

    private func stopHere(for length: Int) {
        database.trace.note { "\(name) is stopped where it asks for nothing, for \(length) ms" }
        stop(until: time.now + length)
    }

    /// Asks the database for something.
    ///
    /// - Throws: `noAnswer`, also when what was asked for is done, perhaps later; `killed`.
    func ask<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async throws -> Value {
        try await pause(0...2)
        let isCut = cutUntil > time.now || database.isDown
        let life = database.life
        guard isCut || hasFaults && chances.percent(3) else {
            let answer = await body()
            try await pause(0...2)
            // Its connection has ended with the server, perhaps after the commit.
            guard database.life == life else { throw ProcessError.noAnswer }
            return answer
        }
        if !isCut, chances.percent(60) {
            let delay = chances.percent(50) ? chances.draw(1...9_000) : chances.draw(1...20)
            time.start { [time, database] in
                await time.sleep(delay)
                guard database.life == life else { return }
                _ = await body()
            }
        }
        try await pause(1...500)
        throw ProcessError.noAnswer
    }
}
