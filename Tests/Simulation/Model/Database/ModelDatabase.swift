import JobModel

/// A small model of Postgres, as far as what workers and schedulers rely on goes: READ COMMITTED.
///
/// Each statement sees what was committed when it began, and what its own transaction wrote. It takes locks one after the
/// other, waits for those that others hold or passes them over, and looks again at what it has locked. Between any two
/// of these others go on. What a transaction wrote is seen by others from its commit on, all at once.
final class ModelDatabase: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.

    enum Lock: Hashable, Sendable {
        /// The row of a job in one of the rooms; it has another one in each.
        case job(Int, JobState, epoch: Int)
        case run(Int)
        case session(Int)
        case step(Int, Int)
        /// The lock of all budgets.
        case budgets
        case budget(Int)
    }

    enum Mode: Sendable {
        /// Several may hold it at once: `FOR KEY SHARE`, or an advisory lock that is shared.
        case shared
        case alone
    }

    private struct Holders {
        var alone: Int?
        var shared: [Int] = []

        func allows(_ transaction: Int, _ mode: Mode) -> Bool {
            guard alone == nil || alone == transaction else { return false }
            return mode == .shared || shared.allSatisfy { $0 == transaction }
        }
    }

    private struct Waiter {
        let transaction: Int
        let continuation: UnsafeContinuation<Void, Never>
    }

    let time: VirtualTime
    let chances: Chances
    let weakness: Weakness?
    let trace: Trace
    var tables = Tables()
    /// Whether statements may be slow, and lose their clients.
    var hasFaults = true
    private var locks: [Lock: Holders] = [:]
    private var waiting: [Int: Lock] = [:]
    private var waiters: [Lock: [Waiter]] = [:]
    private var transactions = 0
    /// How often the server was restarted: its incarnation.
    private(set) var life = 0
    private var downUntil = 0
    /// How many transactions have written something and not committed it.
    var uncommitted = 0

    init(time: VirtualTime, chances: Chances, weakness: Weakness?, trace: Trace) {
        self.time = time
        self.chances = chances
        self.weakness = weakness
        self.trace = trace
    }

    /// Runs a transaction; it is committed when this returns, or has come to nothing when the server was restarted.
    ///
    /// - Parameters:
    ///   - name: What it is called in the trace.
    ///   - isALook: Whether it is made again and again, and is worth a line only where it writes something.
    func transaction<Value: Sendable>(
        _ name: @autoclosure () -> String,
        isALook: Bool = false,
        _ body: (Transaction) async -> Value
    ) async -> Value {
        if isDown { await time.sleep(downUntil - time.now) }
        transactions += 1
        let began = time.now
        let transaction = Transaction(number: transactions, database: self)
        let value = await body(transaction)
        guard await transaction.commit() else {
            trace.note { "transaction \(transaction.number), \(name()), begun at \(began) ms, is gone with the server" }
            return value
        }
        if !isALook || transaction.hasWritten {
            trace.note {
                let answer = value is Void ? "" : ": \(value)"
                return "transaction \(transaction.number), \(name()), begun at \(began) ms, commits\(answer)"
            }
        }
        return value
    }

    // MARK: Restarts

    /// Whether nobody gets a connection.
    var isDown: Bool { downUntil > time.now }

    /// The server ends and begins again: what was not committed comes to nothing, and all locks are free.
    func restart(downFor length: Int) {
        life += 1
        uncommitted = 0
        downUntil = time.now + length
        locks = [:]
        // In an order that follows from the seed, as that of a dictionary does not.
        let woken = waiters.values.joined().sorted { $0.transaction < $1.transaction }
        waiters = [:]
        for waiter in woken { waiter.continuation.resume() }
    }

    // MARK: Locks

    func tryLock(_ lock: Lock, _ mode: Mode, for transaction: Int) -> Bool {
        var holders = locks[lock] ?? Holders()
        guard holders.allows(transaction, mode) else { return false }
        switch mode {
        case .alone: holders.alone = transaction
        case .shared: if !holders.shared.contains(transaction) { holders.shared.append(transaction) }
        }
        locks[lock] = holders
        return true
    }

    /// - Parameter life: That in which the transaction began; in a later one it waits for nothing any more.
    func lock(_ lock: Lock, _ mode: Mode, for transaction: Int, of life: Int) async {
        while life == self.life, !tryLock(lock, mode, for: transaction) {
            waiting[transaction] = lock
            if isCircle(from: transaction) {
                tables.violations.append("transactions wait for each other in a circle: \(waiting)")
                // Postgres would end one of them; the history is over anyway.
                return
            }
            await withUnsafeContinuation {
                waiters[lock, default: []].append(Waiter(transaction: transaction, continuation: $0))
            }
            waiting[transaction] = nil
        }
    }

    private func isCircle(from transaction: Int) -> Bool {
        var seen: Set<Int> = []
        var next = [transaction]
        while let one = next.popLast() {
            guard let lock = waiting[one], let holders = locks[lock] else { continue }
            for holder in holders.shared + (holders.alone.map { [$0] } ?? []) where holder != one {
                if holder == transaction { return true }
                if seen.insert(holder).inserted { next.append(holder) }
            }
        }
        return false
    }

    func unlock(_ held: [Lock], of transaction: Int) {
        for lock in held {
            guard var holders = locks[lock] else { continue }
            if holders.alone == transaction { holders.alone = nil }
            holders.shared.removeAll { $0 == transaction }
            locks[lock] = holders.alone == nil && holders.shared.isEmpty ? nil : holders
            for waiter in waiters.removeValue(forKey: lock) ?? [] { waiter.continuation.resume() }
        }
    }
}
