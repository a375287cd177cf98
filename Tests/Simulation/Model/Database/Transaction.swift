/// One transaction: what it has locked, and what it has written and nobody else sees yet.
final class Transaction: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    let number: Int
    let database: ModelDatabase
    /// That of the server in which it began.
    private let life: Int
    private var held: [ModelDatabase.Lock] = []
    private var writes: [(inout Tables) -> Void] = []

    init(number: Int, database: ModelDatabase) {
        self.number = number
        self.database = database
        life = database.life
    }

    /// Begins a statement: others may have gone on since the last one.
    ///
    /// - Returns: What the statement sees.
    func statement() async -> Tables {
        await pause()
        let seen = current
        await pause()
        return seen
    }

    /// The newest there is, as of a row that was locked just now.
    var current: Tables {
        guard !writes.isEmpty else { return database.tables }
        var tables = database.tables
        for write in writes { write(&tables) }
        return tables
    }

    var hasWritten: Bool { !writes.isEmpty }

    /// Notes something that it does, which others see when it commits.
    func note(_ text: () -> String) { database.trace.note { "transaction \(number) \(text())" } }

    func write(_ write: @escaping (inout Tables) -> Void) {
        if writes.isEmpty, life == database.life { database.uncommitted += 1 }
        writes.append(write)
    }

    /// Locks what others may hold, and waits for them.
    func lock(_ lock: ModelDatabase.Lock, _ mode: ModelDatabase.Mode = .alone) async {
        await database.lock(lock, mode, for: number, of: life)
        held.append(lock)
        if database.chances.percent(10) { await pause() }
    }

    /// Locks what nobody else holds; false when it passes it over.
    func lockOrSkip(_ lock: ModelDatabase.Lock) -> Bool {
        guard life == database.life, database.tryLock(lock, .alone, for: number) else { return false }
        held.append(lock)
        return true
    }

    /// - Returns: False when the server was restarted since it began: then it has come to nothing.
    func commit() async -> Bool {
        await pause()
        guard life == database.life else { return false }
        for write in writes { write(&database.tables) }
        if hasWritten { database.uncommitted -= 1 }
        database.unlock(held, of: number)
        return true
    }

    /// Mostly nothing or a moment; now and then long, as when a disk is slow.
    private func pause() async {
        guard database.chances.percent(40) else { return }
        if database.hasFaults, database.chances.percent(2) {
            await database.time.sleep(database.chances.draw(1...1_000))
        } else {
            await database.time.sleep(database.chances.draw(0...3))
        }
    }
}
