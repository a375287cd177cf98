import Synchronization

/// The one writer of an attempt's journal.
final class JournalWriter: Sendable {
    private typealias Machine = GroupCommit<CheckedContinuation<CommitTurn, Never>>

    private let journal: JournalName
    private let sink: any JournalSink
    private let opening: [UInt8]
    private let machine: Mutex<Machine>

    /// A writer of a journal that is still empty.
    ///
    /// - Parameter opening: What goes before the first line, in the same write; by default nothing.
    init(journal: JournalName, sink: any JournalSink, opening: [UInt8] = []) {
        self.journal = journal
        self.sink = sink
        self.opening = opening
        machine = Mutex(Machine(journal: journal, length: opening.count))
    }

    /// Adds a line, newline included, and returns where it begins.
    ///
    /// It is durable when this returns.
    ///
    /// Cancellation does not interrupt it: what was paid for is kept.
    ///
    /// - Throws: `journalFailed` from the first error on, for good; `journalClosed` after `close`.
    func append(_ line: [UInt8]) async throws -> Int {
        let turn = await withCheckedContinuation { caller in
            deliver(machine.withLock { $0.appended(line, waiter: caller) })
        }
        switch turn {
        case .done(let offset): return offset
        case .refused(let error): throw error
        case .lead(let batch, let offset):
            do {
                try await sink.append(offset == opening.count ? opening + batch : batch)
            } catch {
                let cause = error as? CheckpointError ?? .storeUnavailable(reason: "\(error)")
                deliver(machine.withLock { $0.failed(cause) })
                throw CheckpointError.journalFailed(journal, cause: cause)
            }
            deliver(machine.withLock { $0.committed() })
            return offset
        }
    }

    /// Takes no more lines; those that were handed over are still written.
    func close() { machine.withLock { $0.closed() } }

    private func deliver(_ messages: [Machine.Message]) {
        for (waiter, turn) in messages { waiter.resume(returning: turn) }
    }
}
