/// A part of a journal that an attempt inherits: all records up to a byte, and none behind it.
package struct InheritedJournal: Hashable, Sendable {
    /// The journal it is a part of.
    package let journal: JournalName
    /// How many lines the part has, marks and damaged lines included.
    package let lineCount: Int
    /// The length of the part, in bytes; it ends after a whole line.
    package let byteCount: Int
    /// The fork points that the part was inherited through, in the order of the forks; of the job's own journals none.
    package let limits: [StepPosition]

    init(journal: JournalName, lineCount: Int, byteCount: Int, limits: [StepPosition]) {
        self.journal = journal
        self.lineCount = lineCount
        self.byteCount = byteCount
        self.limits = limits
    }

    /// The same part, inherited once more, by a fork.
    func limited(to position: StepPosition?) -> InheritedJournal {
        InheritedJournal(
            journal: journal,
            lineCount: lineCount,
            byteCount: byteCount,
            limits: limits + (position.map { [$0] } ?? [])
        )
    }
}
