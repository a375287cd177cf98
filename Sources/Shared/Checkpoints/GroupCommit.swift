/// Who writes which records of a journal, when several steps end at once.
///
/// One caller at a time leads: it writes and synchronises a batch that holds its own record and those of the callers
/// who came while the batch before was on its way. Then it tells its followers, and the first who came meanwhile leads
/// the next batch. So parallel steps share a synchronisation, and a single one waits for nobody.
///
/// ```
///          appended            committed, nobody waits
///   idle ───────────► committing ───────────────────► idle, or closed when that was asked for
///                       │    ▲ └─ committed, some wait: the first of them leads
///                       │    └── appended: waits
///                       └─ failed ──► failed           nothing is ever written again
/// ```
struct GroupCommit<Waiter: Sendable>: Sendable {
    /// The most bytes of a batch, unless a single record has more.
    static var maximumBatchByteCount: Int { 1 << 20 }

    struct Entry: Sendable {
        let line: [UInt8]
        let waiter: Waiter
    }

    struct Follower: Sendable {
        let waiter: Waiter
        let offset: Int
    }

    struct Batch: Sendable {
        var followers: [Follower]
        /// The length of the journal once the batch is in it.
        var end: Int
        var waiting: [Entry]
        var isClosing: Bool
    }

    enum State: Sendable {
        /// Nothing is being written; the journal has `length` bytes. May become `committing` or `closed`.
        case idle(length: Int)
        /// A leader writes. May become `idle`, `committing` with the next leader, `failed` or `closed`.
        case committing(Batch)
        case failed(CheckpointError)
        case closed
    }

    typealias Message = (waiter: Waiter, turn: CommitTurn)

    private let journal: JournalName
    private(set) var state: State

    /// - Parameter length: How many bytes go before the first record.
    init(journal: JournalName, length: Int = 0) {
        self.journal = journal
        state = .idle(length: length)
    }

    /// A record has come.
    ///
    /// Without a message its caller waits.
    mutating func appended(_ line: [UInt8], waiter: Waiter) -> [Message] {
        switch state {
        case .idle(let length):
            return lead([Entry(line: line, waiter: waiter)], at: length, isClosing: false)
        case .committing(let batch) where batch.isClosing:
            return [(waiter, .refused(.journalClosed(journal)))]
        case .committing(var batch):
            batch.waiting.append(Entry(line: line, waiter: waiter))
            state = .committing(batch)
            return []
        case .failed(let error):
            return [(waiter, .refused(error))]
        case .closed:
            return [(waiter, .refused(.journalClosed(journal)))]
        }
    }

    /// The leader has made its batch durable.
    mutating func committed() -> [Message] {
        guard case .committing(let batch) = state else { preconditionFailure("committed while \(state)") }
        let done: [Message] = batch.followers.map { ($0.waiter, .done(offset: $0.offset)) }
        guard batch.waiting.isEmpty else {
            return done + lead(batch.waiting, at: batch.end, isClosing: batch.isClosing)
        }
        state = batch.isClosing ? .closed : .idle(length: batch.end)
        return done
    }

    /// The leader could not make its batch durable.
    mutating func failed(_ cause: CheckpointError) -> [Message] {
        guard case .committing(let batch) = state else { preconditionFailure("failed while \(state)") }
        let error = CheckpointError.journalFailed(journal, cause: cause)
        state = .failed(error)
        return (batch.followers.map(\.waiter) + batch.waiting.map(\.waiter)).map { ($0, .refused(error)) }
    }

    /// No more records are taken; those that came are still written.
    mutating func closed() {
        switch state {
        case .idle: state = .closed
        case .committing(var batch):
            batch.isClosing = true
            state = .committing(batch)
        case .failed, .closed: break
        }
    }

    private mutating func lead(_ entries: [Entry], at length: Int, isClosing: Bool) -> [Message] {
        let leader = entries[0]
        var bytes = leader.line
        var followers: [Follower] = []
        for entry in entries.dropFirst() {
            guard bytes.count + entry.line.count <= Self.maximumBatchByteCount else { break }
            followers.append(Follower(waiter: entry.waiter, offset: length + bytes.count))
            bytes += entry.line
        }
        let waiting = Array(entries.dropFirst(1 + followers.count))
        state = .committing(
            Batch(followers: followers, end: length + bytes.count, waiting: waiting, isClosing: isClosing)
        )
        return [(leader.waiter, .lead(batch: bytes, offset: length))]
    }
}
