/// Bytes as Base64 (RFC 4648, section 4) and back.
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// The text that stands for some bytes, with its padding.
    package static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: encoded(bytes), as: UTF8.self)
    }

    private static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var place = 0
        while place < bytes.count {
            let second = place + 1 < bytes.count ? bytes[place + 1] : 0
            let third = place + 2 < bytes.count ? bytes[place + 2] : 0
            text.append(digits[Int(bytes[place] >> 2)])
            text.append(digits[Int((bytes[place] & 3) << 4 | second >> 4)])
            text.append(place + 1 < bytes.count ? digits[Int((second & 15) << 2 | third >> 6)] : padding)
            text.append(place + 2 < bytes.count ? digits[Int(third & 63)] : padding)
            place += 3
        }
        return text
    }

    /// The bytes that a text stands for; nil for anything that is not exactly the Base64 of some bytes.
    ///
    /// Padding is required, and line breaks are refused.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        let text = Array(text)
        guard text.count.isMultiple(of: 4) else { return nil }
        let paddings = text.suffix(2).reversed().prefix { $0 == padding }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        for digit in text.dropLast(paddings) {
            let value = values[Int(digit)]
            guard value != 0xFF else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // What is left over of the last digit must be zero, so that some bytes have one text.
        guard bits & ((1 << UInt32(count)) - 1) == 0 else { return nil }
        return bytes
    }

    /// The bytes that a text stands for; nil for anything that is not exactly the Base64 of some bytes.
    package static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }
}
