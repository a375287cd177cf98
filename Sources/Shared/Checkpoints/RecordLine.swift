import Digests
import JobModel

/// One line of a journal: a record behind its checksum.
///
/// ```
/// {"sum":"1f8e0c94b2a7d356","record":{"format":1,"position":"t0004.2","fingerprint":"9f31…","kind":"tool",…}}
/// ```
///
/// The checksum is the first 16 hex digits of the SHA-256 of the record's bytes. It guards against accidents of the
/// store, for which 64 bits are plenty; a CRC would save nothing, since the digests are needed anyway and hash faster
/// than a disk syncs. The line is JSON to a person and to `jq`, and a fixed layout to this program: nothing is parsed
/// before its checksum is known to be right.
enum RecordLine {
    /// The format that is written, and the newest that is read.
    static let format = 1
    /// The longest line, its newline included, that is written or read, in bytes.
    static let maximumLength = 1 << 20

    /// How a line begins; within a record these bytes cannot stand, as text in JSON has its quotes escaped, unless a
    /// result holds an object that looks like a line, which then has no matching checksum for the rest of the line.
    static let opening = Array(#"{"sum":""#.utf8)
    private static let middle = Array(#"","record":"#.utf8)
    private static let checksumLength = 16
    private static let bodyOffset = opening.count + checksumLength + middle.count

    /// The line of a record, its newline included.
    static func encode(_ record: JSONValue) -> [UInt8] {
        let body = record.encoded()
        var line: [UInt8] = []
        line.reserveCapacity(bodyOffset + body.count + 2)
        line += opening
        line += checksum(of: body)
        line += middle
        line += body
        line.append(UInt8(ascii: "}"))
        line.append(newline)
        return line
    }

    static let newline = UInt8(ascii: "\n")

    /// The record's bytes in a line without its newline, or nil when the line is damaged.
    static func body(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard line.count > bodyOffset, line.last == UInt8(ascii: "}"), line.starts(with: opening) else { return nil }
        let body = line.dropFirst(bodyOffset).dropLast()
        let found = line.dropFirst(opening.count).prefix(checksumLength + middle.count)
        guard found.elementsEqual(checksum(of: body) + middle) else { return nil }
        return body
    }

    private static func checksum(of body: some Sequence<UInt8>) -> [UInt8] {
        Array(SHA256.digest(of: body).hex.utf8.prefix(checksumLength))
    }
}
