/// What of a text stands in JSON as it is (RFC 8259, section 7).
enum JSONText {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The place of the first byte from `start` on that is a quote, a backslash or a control character; the end when none is.
    ///
    /// Eight bytes are looked at together: of a word, `(w − 1…) & ~w & 80…` is not zero just when one of its bytes is zero, and
    /// `(w − 20…) & ~w & 80…` just when one is below 0x20.
    static func firstSpecial(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var place = start
        while place + 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let found =
                (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word
            if found & highBits != 0 { break }
            place += 8
        }
        while place < text.count, !isSpecial(text[place]) { place += 1 }
        return place
    }

    static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Whether bytes are ASCII, and so surely UTF-8.
    static func isASCII(_ text: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while place + 8 <= text.count {
            guard text.loadUnaligned(fromByteOffset: place, as: UInt64.self) & highBits == 0 else { return false }
            place += 8
        }
        return text[place...].allSatisfy { $0 < 0x80 }
    }
}
