package import JobModel

/// What an attempt, or a reader, sees of the steps recorded before: an index, which holds no results.
///
/// Later records of the same step stand before earlier ones.
package struct CheckpointSet: Sendable {
    /// The parts of journals that are seen, oldest first.
    package private(set) var parts: [InheritedJournal]
    /// The steps, in the order in which they were recorded.
    package private(set) var steps: [StepEntry]
    /// What does not read as it was written.
    package private(set) var damage: DamageReports

    private var places: [StepPosition: [Int]] = [:]

    init(parts: [InheritedJournal] = [], steps: [StepEntry] = [], damage: DamageReports = DamageReports()) {
        self.parts = parts
        self.steps = steps
        self.damage = damage
        places = Dictionary(grouping: steps.indices) { steps[$0].position }
    }

    /// How many records there are.
    package var count: Int { steps.count }

    /// The place in the journals behind so many of the steps; nil behind none.
    ///
    /// - Precondition: There are so many.
    package func cut(behind count: Int) -> JournalCut? {
        guard count > 0 else { return nil }
        let last = steps[count - 1]
        // The record's line ends with its newline.
        return JournalCut(
            run: last.journal.job.run,
            epoch: last.journal.epoch,
            byteCount: last.offset + last.byteCount + 1
        )
    }

    /// The records at a position, whatever their fingerprints, newest first.
    package func entries(at position: StepPosition) -> [StepEntry] {
        (places[position] ?? []).reversed().map { steps[$0] }
    }

    /// The records of one step, newest first; more than one when its record was found damaged and it ran again.
    package func entries(at position: StepPosition, _ fingerprint: Fingerprint) -> [StepEntry] {
        entries(at: position).filter { $0.fingerprint == fingerprint }
    }

    /// Whether a record at this position is known to be damaged; or, where none is left at this position, whether one
    /// is damaged that no longer tells its position.
    package func isDamaged(at position: StepPosition) -> Bool {
        damage.reports.contains { damage in
            damage.isLoss && (damage.position == position || damage.position == nil && places[position] == nil)
        }
    }

    mutating func add(_ entry: StepEntry) {
        places[entry.position, default: []].append(steps.count)
        steps.append(entry)
    }

    mutating func add(_ damage: Damage) { self.damage.add(damage) }
}
