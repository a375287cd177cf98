import JobModel

/// Works out which records an attempt sees.
///
/// The mark in an attempt's journal says what the attempt inherits: of each earlier journal the first so many bytes. A
/// new attempt finds the newest earlier journal that has a mark. It inherits what that mark covers, and that journal's
/// own records up to now; it writes this down as its own mark before it does anything else. Where there is no earlier
/// journal there is nothing to draw a line under, and the mark is written together with the first record.
///
/// ```
///   epoch 1   [mark: –        ] a b c │ d e            d, e: written when epoch 2 had begun
///   epoch 2   [mark: 1 up to c] x y │ z                z: written when epoch 4 had begun
///   epoch 3   [mark: 1 up to c, 2 up to x] q           slow: epoch 4 began before this mark was there
///   epoch 4   [mark: 1 up to c, 2 up to y] u v
///   epoch 5   sees a b c, x y, u v
/// ```
///
/// So once a mark is durable, nothing that workers with older epochs add is ever seen: neither behind the covered
/// part of a journal, nor in a journal that the mark does not name, nor by way of such a journal's own mark. While
/// there is no later mark, what a worker without a lease adds is seen; it is the result of the same step all the same.
///
/// The mark stands twice in a journal, since everything before it hangs on it. Where neither reads though steps behind
/// it do, the next older journal is asked as if that one did not exist: nothing is paid twice, and this is reported.
struct Inheritance: Sendable {
    /// How many bytes of a journal are read at once.
    private static let pieceByteCount = 1 << 18

    /// A part of a journal, scanned already when that was needed to find it.
    struct Part: Sendable {
        let inherited: InheritedJournal
        /// The scan, of a part that reached to the end of its journal when it was looked at.
        let scan: JournalScanner?
    }

    /// What was found of a job's past.
    struct Past: Sendable {
        /// Oldest first.
        var parts: [Part] = []
        /// Whether no journal was there before.
        var isFirst: Bool
        /// What was damaged on the way to them.
        var damage = DamageReports()
    }

    let store: any ObjectStore

    /// What an attempt inherits.
    ///
    /// - Parameters:
    ///   - epoch: The attempt's own epoch; nil for one later than all.
    ///   - start: The epoch up to which nothing is inherited, nor from a fork, since the job was told to begin afresh.
    ///   - end: The last epoch that is looked at; nil for all.
    ///   - fork: Where the job takes over another's checkpoints; only looked at while no attempt has left a mark.
    /// - Throws: `superseded` or `journalExists` when an attempt of a later or of this epoch has begun.
    func past(
        of job: JobReference,
        before epoch: LeaseEpoch?,
        after start: LeaseEpoch? = nil,
        upTo end: LeaseEpoch? = nil,
        forkedFrom fork: ForkPoint?
    ) async throws -> Past {
        let epochs = try await store.epochs(of: job).filter { epoch in end.map { epoch <= $0 } ?? true }
        if let epoch, let latest = epochs.last, latest >= epoch {
            let journal = JournalName(job: job, epoch: epoch)
            throw latest == epoch ? CheckpointError.journalExists(journal) : .superseded(journal, by: latest)
        }
        var past = Past(isFirst: epochs.isEmpty && fork == nil)
        for epoch in epochs.reversed() where start.map({ epoch > $0 }) ?? true {
            let scan = try await scan(JournalName(job: job, epoch: epoch), byteCount: nil)
            past.damage.add(scan.damage)
            if !scan.steps.isEmpty { past.parts.insert(Part(scan: scan), at: 0) }
            if let mark = scan.mark {
                past.parts.insert(contentsOf: mark.inherited.map { Part(inherited: $0, scan: nil) }, at: 0)
                return past
            }
            if !scan.steps.isEmpty { past.damage.add(Damage(journal: scan.journal, cause: .lostMark)) }
        }
        if let fork, start == nil {
            // What its source has done since, such as begin afresh, is behind the cut.
            let end = fork.cut.flatMap { $0.run == fork.source.run ? $0.epoch : nil }
            let source = try await self.past(of: fork.source, before: nil, upTo: end, forkedFrom: fork.origin)
            let parts = if let cut = fork.cut { try await self.parts(source.parts, before: cut) } else { source.parts }
            past.parts.insert(contentsOf: parts.map { $0.limited(to: fork.through) }, at: 0)
            past.damage.add(source.damage)
        }
        return past
    }

    /// The parts that stand before a place, the last one up to there.
    private func parts(_ parts: [Part], before cut: JournalCut) async throws -> [Part] {
        var kept: [Part] = []
        for part in parts {
            let journal = part.inherited.journal
            // A fork has a higher number than its source, and epochs begin anew with each run.
            let isEarlier = (journal.job.run.rawValue, journal.epoch) < (cut.run.rawValue, cut.epoch)
            let holdsPlace = journal.job.run == cut.run && journal.epoch == cut.epoch
            if isEarlier || holdsPlace && part.inherited.byteCount <= cut.byteCount {
                kept.append(part)
            } else if holdsPlace {
                let scan = try await scan(journal, byteCount: cut.byteCount)
                kept.append(Part(scan: scan, limits: part.inherited.limits))
            }
        }
        return kept
    }

    /// The index of all that is inherited.
    func checkpoints(in past: Past) async throws -> CheckpointSet {
        var damage = past.damage
        var parts: [(inherited: InheritedJournal, steps: [StepEntry])] = []
        for part in past.parts {
            if let scan = part.scan {
                parts.append((part.inherited, scan.steps))
            } else {
                let scan = try await scan(part.inherited.journal, byteCount: part.inherited.byteCount)
                damage.add(scan.damage)
                parts.append((part.inherited, scan.steps))
            }
        }
        return CheckpointSet(
            parts: parts.map(\.inherited),
            steps: ForkLimits.steps(of: parts),
            damage: damage
        )
    }

    /// Scans a journal: its first so many bytes, or all that is there.
    private func scan(_ journal: JournalName, byteCount: Int?) async throws -> JournalScanner {
        var scanner = JournalScanner(journal: journal)
        while true {
            let wanted = min(Self.pieceByteCount, (byteCount ?? .max) - scanner.consumedCount)
            guard wanted > 0 else { break }
            let piece = try await readJournal(journal, at: scanner.consumedCount, count: wanted)
            try scanner.consume(piece)
            if piece.count < wanted { break }
        }
        scanner.finish(expected: byteCount)
        return scanner
    }

    /// A journal that is gone reads as an empty one; where something was inherited of it, that is then missed.
    private func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8] {
        do {
            return try await store.readJournal(journal, at: offset, count: count)
        } catch CheckpointError.journalMissing {
            return []
        }
    }
}

extension Inheritance.Part {
    /// All that a scan found.
    fileprivate init(scan: JournalScanner, limits: [StepPosition] = []) {
        inherited = InheritedJournal(
            journal: scan.journal,
            lineCount: scan.lineCount,
            byteCount: scan.byteCount,
            limits: limits
        )
        self.scan = scan
    }

    /// The same part, inherited once more, by a fork.
    fileprivate func limited(to position: StepPosition?) -> Inheritance.Part {
        Inheritance.Part(inherited: inherited.limited(to: position), scan: scan)
    }
}
