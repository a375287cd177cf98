import Glibc
import JobModel

/// Reads a journal from its first byte on, piece by piece, whatever the bytes are.
///
/// It holds one piece and one line at most. What it finds is an index: where the steps stand, not what they say.
struct JournalScanner {
    /// The most places within one damaged line where a whole record is looked for.
    private static let maximumResyncs = 8

    let journal: JournalName

    /// The steps, in the order of their lines.
    private(set) var steps: [StepEntry] = []
    /// The first mark that reads.
    private(set) var mark: InheritanceMark?
    private(set) var damage = DamageReports()
    /// How many whole lines there were, damaged ones included.
    private(set) var lineCount = 0
    /// The byte behind the last whole line.
    private(set) var byteCount = 0

    /// The bytes of the line that has begun, except those of an overlong one.
    private var pending: [UInt8] = []
    /// How many bytes of an overlong line were dropped.
    private var droppedCount = 0

    init(journal: JournalName) { self.journal = journal }

    /// How many bytes have been read.
    var consumedCount: Int { byteCount + droppedCount + pending.count }

    /// Reads the next bytes.
    ///
    /// - Throws: `CheckpointError.formatTooNew` when a newer program wrote here.
    mutating func consume(_ piece: [UInt8]) throws(CheckpointError) {
        var rest = piece[...]
        while let end = Self.firstNewline(in: rest) {
            if pending.isEmpty, droppedCount == 0 {
                try lineEnded(rest[..<end])
            } else {
                keep(rest[..<end])
                try lineEnded(pending[...])
                pending.removeAll(keepingCapacity: true)
            }
            rest = rest[(end + 1)...]
        }
        keep(rest)
    }

    /// Says that there are no more bytes.
    ///
    /// - Parameter expected: How many bytes there must have been; nil when any number is right.
    mutating func finish(expected: Int?) {
        if let expected {
            guard consumedCount == byteCount, consumedCount == expected else {
                damage.add(Damage(journal: journal, cause: .shortened(expected: expected, found: byteCount)))
                return
            }
        } else if consumedCount > byteCount {
            let torn = Damage.Cause.tornTail(offset: byteCount, byteCount: consumedCount - byteCount)
            damage.add(Damage(journal: journal, cause: torn))
        }
    }

    private static func firstNewline(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, let found = memchr(start, Int32(RecordLine.newline), buffer.count)
            else { return nil }
            return bytes.startIndex + (UnsafeRawPointer(found) - start)
        }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        if droppedCount == 0, pending.count + bytes.count < RecordLine.maximumLength {
            pending += bytes
        } else {
            droppedCount += pending.count + bytes.count
            pending.removeAll()
        }
    }

    private mutating func lineEnded(_ line: ArraySlice<UInt8>) throws(CheckpointError) {
        let length = line.count + droppedCount
        lineCount += 1
        defer {
            byteCount += length + 1
            droppedCount = 0
        }
        guard length == line.count, length < RecordLine.maximumLength else {
            reportDamage(offset: byteCount, byteCount: length, position: nil)
            return
        }
        guard try !read(line, at: byteCount) else { return }
        try resync(in: line)
    }

    /// Looks for whole records behind the place where a line is damaged: the damage may have been its newline.
    private mutating func resync(in line: ArraySlice<UInt8>) throws(CheckpointError) {
        var damagedEnd = line.endIndex
        for start in Self.places(of: RecordLine.opening, in: line.dropFirst()).prefix(Self.maximumResyncs) {
            let offset = byteCount + start - line.startIndex
            guard try read(line[start...], at: offset) else { continue }
            damagedEnd = start
            break
        }
        let damaged = line[..<damagedEnd]
        reportDamage(
            offset: byteCount,
            byteCount: damaged.count,
            position: RecordHead.position(inDamaged: damaged)
        )
    }

    private static func places(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> some Sequence<Int> {
        bytes.indices.lazy.filter { bytes[$0] == pattern[0] && bytes[$0...].starts(with: pattern) }
    }

    /// Takes in a line if it is whole; false when it is damaged.
    private mutating func read(_ line: ArraySlice<UInt8>, at offset: Int) throws(CheckpointError) -> Bool {
        guard let body = RecordLine.body(of: line), let head = RecordHead(of: body) else { return false }
        switch head {
        case .step(let position, let fingerprint):
            steps.append(
                StepEntry(
                    position: position,
                    fingerprint: fingerprint,
                    journal: journal,
                    offset: offset,
                    byteCount: line.count
                )
            )
            return true
        case .mark:
            guard mark == nil else { return true }
            guard let found = Self.mark(in: body), found.journal == journal else { return false }
            mark = found
            return true
        case .format(let format) where format > RecordLine.format:
            throw .formatTooNew(journal, found: format, supported: RecordLine.format)
        case .format: return false
        }
    }

    private static func mark(in body: ArraySlice<UInt8>) -> InheritanceMark? {
        // A mark that is no JSON, though its checksum is right, is no mark.
        guard let json = try? JSONValue(parsing: body) else { return nil }
        return InheritanceMark(json: json)
    }

    private mutating func reportDamage(offset: Int, byteCount: Int, position: StepPosition?) {
        let cause = Damage.Cause.line(number: lineCount, offset: offset, byteCount: byteCount)
        damage.add(Damage(journal: journal, position: position, cause: cause))
    }
}
