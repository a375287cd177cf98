/// What a record is, read from its first members alone.
///
/// Members are written in a fixed order, so neither the rest of the record nor a JSON parser is needed. On a line
/// whose checksum is wrong it is a guess, good for reports.
enum RecordHead: Hashable, Sendable {
    case step(StepPosition, Fingerprint)
    case mark
    /// The record is of a format this program does not know.
    case format(Int)

    /// The longest head, in bytes.
    private static let maximumLength = 64 + 4 * StepPosition.maximumNameLength + 128

    /// The head of a record's bytes, or nil when they begin in another way.
    init?(of body: ArraySlice<UInt8>) {
        var rest = body.prefix(Self.maximumLength)
        guard Self.skip(#"{"format":"#, in: &rest) else { return nil }
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let format = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        rest = rest.dropFirst(digits.count)
        guard format == RecordLine.format else {
            self = .format(format)
            return
        }
        if Self.skip(#","mark":{"#, in: &rest) {
            self = .mark
            return
        }
        guard Self.skip(#","position":""#, in: &rest), let position = Self.text(in: &rest),
            Self.skip(#","fingerprint":""#, in: &rest), let fingerprint = Self.text(in: &rest),
            let position = StepPosition(String(decoding: position, as: UTF8.self)),
            let fingerprint = Fingerprint(hex: fingerprint)
        else { return nil }
        self = .step(position, fingerprint)
    }

    /// The position that a damaged line speaks of, as far as it can still be read.
    static func position(inDamaged line: ArraySlice<UInt8>) -> StepPosition? {
        var rest = line.prefix(2 * maximumLength)
        let key = Array(#""position":""#.utf8)
        while !rest.isEmpty, !rest.starts(with: key) { rest = rest.dropFirst() }
        rest = rest.dropFirst(key.count)
        return text(in: &rest).flatMap { StepPosition(String(decoding: $0, as: UTF8.self)) }
    }

    private static func skip(_ text: StaticString, in rest: inout ArraySlice<UInt8>) -> Bool {
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
    }

    /// The text up to the next quote, which is skipped.
    ///
    /// Neither positions nor fingerprints hold escapes.
    private static func text(in rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }
}
