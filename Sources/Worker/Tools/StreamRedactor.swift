/// Takes secrets out of a stream that comes in pieces, also where a secret lies across two of them.
///
/// What may be the beginning of a secret is held back until it is known; everything else is handed on at once.
struct StreamRedactor {
    private let redactor: Redactor
    private var held: [UInt8] = []

    init(_ redactor: Redactor) { self.redactor = redactor }

    /// Takes the next piece, and gives what is certain by now.
    mutating func take(_ piece: [UInt8]) -> [UInt8] {
        if redactor.isEmpty { return piece }
        let bytes = held + piece
        held = []
        var given: [UInt8] = []
        given.reserveCapacity(bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            var place = 0
            while place < bytes.count {
                if bytes.count - place < redactor.longest, redactor.begins(in: bytes, at: place) {
                    held = Array(bytes[place...])
                    return
                }
                if let length = redactor.match(in: bytes, at: place) {
                    given.append(contentsOf: Redactor.mark.utf8)
                    place += length
                } else {
                    given.append(bytes[place])
                    place += 1
                }
            }
        }
        return given
    }

    /// What was held back, when nothing follows.
    mutating func finish() -> [UInt8] {
        defer { held = [] }
        return Array(redactor.redacted(String(decoding: held, as: UTF8.self)).utf8)
    }
}
