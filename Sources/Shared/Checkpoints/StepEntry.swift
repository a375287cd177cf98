/// Where the record of a step stands.
package struct StepEntry: Hashable, Sendable {
    package let position: StepPosition
    package let fingerprint: Fingerprint
    /// The journal that holds the record.
    package let journal: JournalName
    /// The first byte of the record's line.
    let offset: Int
    /// The length of the line without its newline, in bytes.
    let byteCount: Int
}
