/// The forms in which a secret comes back.
enum SecretForms {
    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let base64URL = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let lower = Array("0123456789abcdef".utf8)
    private static let upper = Array("0123456789ABCDEF".utf8)
    /// A shorter part of a base64 text says too little.
    private static let shortestBase64 = 8

    static func all(of secret: [UInt8]) -> Set<[UInt8]> {
        var forms: Set<[UInt8]> = [secret]
        for digits in [lower, upper] {
            forms.insert(percentEncoded(secret, digits))
            forms.insert(secret.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        }
        for alphabet in [base64, base64URL] {
            for before in 0..<3 {
                let inner = base64(of: secret, after: before, alphabet)
                if inner.count >= shortestBase64 { forms.insert(inner) }
            }
        }
        forms.insert(jsonEscaped(secret))
        return forms
    }

    /// The digits of base64 that depend on the secret alone when some bytes stand before it.
    private static func base64(of secret: [UInt8], after before: Int, _ alphabet: [UInt8]) -> [UInt8] {
        let bytes = [UInt8](repeating: 0, count: before) + secret
        var digits: [UInt8] = []
        // The first digit that holds no bit of what stands before; the last that holds six of the secret's own.
        let first = (before * 8 + 5) / 6
        for digit in first..<(bytes.count * 8 / 6) {
            let bit = digit * 6
            let high = UInt16(bytes[bit / 8]) << 8
            let low = bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0
            digits.append(alphabet[Int(((high | low) << UInt16(bit % 8)) >> 10)])
        }
        return digits
    }

    private static func percentEncoded(_ secret: [UInt8], _ digits: [UInt8]) -> [UInt8] {
        secret.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func jsonEscaped(_ secret: [UInt8]) -> [UInt8] {
        secret.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): Array("\\n".utf8)
            case UInt8(ascii: "\r"): Array("\\r".utf8)
            case UInt8(ascii: "\t"): Array("\\t".utf8)
            default: [byte]
            }
        }
    }
}
