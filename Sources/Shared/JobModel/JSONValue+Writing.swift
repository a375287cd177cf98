extension JSONValue {
    /// How the members of objects are ordered when a value is written.
    package enum KeyOrder: Sendable {
        /// As they were read or set.
        case written
        /// By the UTF-8 bytes of the key: one value has one text, so digests may be built on it.
        case canonical
    }

    /// What most values take, so that they are not moved while they are written: 512 bytes.
    private static let usualLength = 512

    /// The value as compact JSON text, as UTF-8.
    ///
    /// Doubles are written in the shortest form that reads back equal; a double without a fraction below 2^53 is
    /// written as an integer. Infinities and NaN, which JSON lacks, are written as `null`.
    package func encoded(_ order: KeyOrder = .written) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.usualLength)
        write(into: &bytes, order)
        return bytes
    }

    /// The value as compact JSON text.
    package func text(_ order: KeyOrder = .written) -> String {
        String(decoding: encoded(order), as: UTF8.self)
    }

    private func write(into bytes: inout [UInt8], _ order: KeyOrder) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: value.description.utf8)
        case .number(let value): Self.write(value, into: &bytes)
        case .string(let value): Self.write(value, into: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (position, value) in values.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(into: &bytes, order)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (position, member) in object.inOrder(order).enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(into: &bytes, order)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ value: Double, into bytes: inout [UInt8]) {
        guard value.isFinite else {
            bytes.append(contentsOf: "null".utf8)
            return
        }
        if let integer = Int64(exactly: value), abs(value) < 9_007_199_254_740_992 {
            bytes.append(contentsOf: integer.description.utf8)
        } else {
            bytes.append(contentsOf: value.description.utf8)
        }
    }

    /// Most of a text needs no escape, and is copied in runs.
    private static func write(_ value: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { text in
            let raw = UnsafeRawBufferPointer(text)
            var start = 0
            while true {
                let end = JSONText.firstSpecial(in: raw, from: start)
                bytes.append(contentsOf: text[start..<end])
                guard end < text.count else { break }
                writeEscaped(text[end], into: &bytes)
                start = end + 1
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func writeEscaped(_ byte: UInt8, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexDigits[Int(byte >> 4)])
            bytes.append(hexDigits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

private let hexDigits = Array("0123456789abcdef".utf8)
