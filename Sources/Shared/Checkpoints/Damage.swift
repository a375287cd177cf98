/// Something in the store that does not read as it was written.
package struct Damage: Hashable, Sendable {
    /// What is wrong.
    package enum Cause: Hashable, Sendable {
        /// A line (counted from 1) whose checksum is wrong, or that is longer than any line may be.
        case line(number: Int, offset: Int, byteCount: Int)
        /// A record that no longer reads as it did when the journal was scanned.
        case record(offset: Int, byteCount: Int)
        /// Bytes behind the last whole line: a write that never ended, as a killed worker leaves it. No step is lost.
        case tornTail(offset: Int, byteCount: Int)
        /// The journal has less than what was inherited of it.
        case shortened(expected: Int, found: Int)
        /// No mark of the journal reads: what its attempt inherited was worked out anew.
        case lostMark
        /// The blob that a record refers to does not exist.
        case blobMissing(BlobReference)
        /// The blob that a record refers to does not hold what its name says.
        case blobDamaged(BlobReference)
    }

    /// Where it was met.
    package let journal: JournalName
    /// The step that is lost, where that can still be told.
    package let position: StepPosition?
    /// What is wrong there.
    package let cause: Cause

    init(journal: JournalName, position: StepPosition? = nil, cause: Cause) {
        self.journal = journal
        self.position = position
        self.cause = cause
    }

    /// Whether a step may have been lost; a torn tail costs none.
    package var isLoss: Bool { if case .tornTail = cause { false } else { true } }
}

extension Damage: CustomStringConvertible {
    package var description: String {
        let consequence = "unless a later record repeats its result, the step runs again"
        let place = position.map { "\(journal), step \($0)" } ?? "\(journal)"
        return switch cause {
        case .line(let number, let offset, let byteCount):
            "\(place): line \(number) at byte \(offset) is damaged (\(byteCount) bytes); \(consequence)"
        case .record(let offset, let byteCount):
            "\(place): the record at byte \(offset) is damaged (\(byteCount) bytes); \(consequence)"
        case .tornTail(let offset, let byteCount):
            "\(place): \(byteCount) bytes of an unfinished write at byte \(offset) are dropped"
        case .shortened(let expected, let found): "\(place): \(expected) bytes were inherited, \(found) are left"
        case .lostMark: "\(place): no mark is readable; what it inherited is worked out anew"
        case .blobMissing(let blob): "\(place): blob \(blob) does not exist; \(consequence)"
        case .blobDamaged(let blob): "\(place): blob \(blob) does not hold what its name says; \(consequence)"
        }
    }
}
