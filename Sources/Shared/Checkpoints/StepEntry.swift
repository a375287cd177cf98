/// Where the record of a step stands.
package struct StepEntry: Hashable, Sendable {
    /// The step's place in its job's program.
    package let position: StepPosition
    /// What says that it is this step.
    package let fingerprint: Fingerprint
    /// The journal that holds the record.
    package let journal: JournalName
    /// The first byte of the record's line.
    let offset: Int
    /// The length of the line without its newline, in bytes.
    let byteCount: Int
}
