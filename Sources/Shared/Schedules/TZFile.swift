/// Reads the files of the time zone database, as RFC 9636 has them: version 1 to 4.
enum TZFile {
    /// What is wrong with a file.
    struct Fault: Error, Equatable {
        let reason: String
    }

    /// The first moment of the year 2400: files list changes up to 2037, and a later one is damage.
    private static let latest = 13_569_465_600

    private struct Header {
        static let length = 44
        let version: UInt8
        let isUTCount, isStandardCount, leapCount, timeCount, typeCount, letterCount: Int

        func blockLength(timeSize: Int) -> Int {
            timeCount * timeSize + timeCount + typeCount * 6 + letterCount + leapCount * (timeSize + 4)
                + isStandardCount + isUTCount
        }
    }

    /// The changes of a zone's offset from UTC, and the rule for the time behind the last of them.
    static func parse(_ bytes: [UInt8]) throws(Fault) -> (initial: Int, changes: [ZoneChange], rule: ZoneRule?) {
        var header = try self.header(bytes, at: 0)
        var start = Header.length
        var timeSize = 4
        if header.version >= UInt8(ascii: "2") {
            let second = Header.length + header.blockLength(timeSize: 4)
            header = try self.header(bytes, at: second)
            start = second + Header.length
            timeSize = 8
        }
        let end = start + header.blockLength(timeSize: timeSize)
        guard end <= bytes.count, header.typeCount > 0 else { throw Fault(reason: "the file is cut off") }
        let types = start + header.timeCount * (timeSize + 1)
        func offset(ofType type: Int) throws(Fault) -> Int {
            guard type < header.typeCount else { throw Fault(reason: "it names a type of time that it lacks") }
            let offset = integer(bytes, at: types + type * 6, size: 4)
            guard abs(offset) < 7 * 86_400 else { throw Fault(reason: "an offset is of \(offset) seconds") }
            return offset
        }
        let initial = try offset(ofType: 0)
        var changes: [ZoneChange] = []
        var before = initial
        for index in 0..<header.timeCount {
            let at = integer(bytes, at: start + index * timeSize, size: timeSize)
            let after = try offset(ofType: Int(bytes[start + header.timeCount * timeSize + index]))
            guard changes.last.map({ $0.at < at }) ?? true else { throw Fault(reason: "its times are not in order") }
            guard at < latest else { throw Fault(reason: "it tells of a change after the year 2400") }
            // The first of some files is the Big Bang, where no sum is safe.
            guard at > -(1 << 50) else {
                before = after
                continue
            }
            changes.append(ZoneChange(at: at, before: before, after: after))
            before = after
        }
        let first = changes.first?.before ?? before
        return (first, changes, timeSize == 8 ? try footer(bytes, from: end) : nil)
    }

    private static func footer(_ bytes: [UInt8], from start: Int) throws(Fault) -> ZoneRule? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\n"),
            let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw Fault(reason: "the file has no footer") }
        guard end > start + 1 else { return nil }
        let text = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        guard let rule = ZoneRule(parsing: text) else { throw Fault(reason: "its rule \"\(text)\" is not understood") }
        return rule
    }

    private static func header(_ bytes: [UInt8], at start: Int) throws(Fault) -> Header {
        guard start + Header.length <= bytes.count, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else {
            throw Fault(reason: "it is no time zone file")
        }
        func count(_ index: Int) -> Int {
            Int(UInt32(truncatingIfNeeded: integer(bytes, at: start + 20 + index * 4, size: 4)))
        }
        return Header(
            version: bytes[start + 4],
            isUTCount: count(0),
            isStandardCount: count(1),
            leapCount: count(2),
            timeCount: count(3),
            typeCount: count(4),
            letterCount: count(5)
        )
    }

    /// A number with sign, the highest byte first.
    private static func integer(_ bytes: [UInt8], at start: Int, size: Int) -> Int {
        var value = 0
        for byte in bytes[start..<(start + size)] { value = value << 8 | Int(byte) }
        return size == 4 ? Int(Int32(truncatingIfNeeded: value)) : value
    }
}
