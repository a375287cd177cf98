/// Takes secrets out of a stream that comes in pieces, also where a secret lies across two of them.
///
/// What may be the beginning of a secret is held back until it is known; everything else is handed on at once.
package struct StreamRedactor: Sendable {
    private let redactor: Redactor
    private var held: [UInt8] = []

    package init(_ redactor: Redactor) { self.redactor = redactor }

    /// Takes the next piece, and gives what is certain by now.
    package mutating func take(_ piece: [UInt8]) -> [UInt8] {
        if redactor.isEmpty { return piece }
        let bytes = held.isEmpty ? piece : held + piece
        held = []
        var given: [UInt8] = []
        // Where what is not given yet begins.
        var begin = 0
        bytes.withUnsafeBufferPointer { bytes in
            var place = 0
            while place < bytes.count {
                if bytes.count - place < redactor.longest, redactor.begins(in: bytes, at: place) {
                    held = Array(bytes[place...])
                    break
                }
                if let length = redactor.match(in: bytes, at: place) {
                    given.append(contentsOf: bytes[begin..<place])
                    given.append(contentsOf: Redactor.mark.utf8)
                    place += length
                    begin = place
                } else {
                    place += 1
                }
            }
        }
        if begin == 0, held.isEmpty { return bytes }
        given.append(contentsOf: bytes[begin..<(bytes.count - held.count)])
        return given
    }

    /// What was held back, when nothing follows.
    package mutating func finish() -> [UInt8] {
        defer { held = [] }
        return redactor.redacted(held)
    }
}
