import Synchronization

/// Whether a statement must end: because it was cancelled, or because its time is over.
///
/// SQLite asks every so many steps of its machine, and while it waits for a lock.
final class SQLiteStop: Sendable {
    private let deadline: ContinuousClock.Instant
    private let cancelled = Atomic(false)

    init(after time: Duration) { deadline = .now + time }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    var isOver: Bool { ContinuousClock.now >= deadline }
    var mustEnd: Bool { isCancelled || isOver }

    func cancel() { cancelled.store(true, ordering: .relaxed) }
}

/// Why SQLite gave no rows.
enum SQLiteError: Error {
    /// The file is missing, is no database, or may not be read.
    case cannotOpen(String)
    /// The statement is wrong, not allowed, or was ended.
    case refused(String)
    /// Another program holds its lock.
    case busy
    /// The statement wrote, and gave back more than may be kept: nothing is written.
    case cut(DatabaseAnswer.Truncation)
}
