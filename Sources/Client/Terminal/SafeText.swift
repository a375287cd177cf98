/// Text that came from elsewhere, made harmless for a terminal.
enum SafeText {
    /// The text in one line: control characters, line breaks, and marks that turn the direction of writing are shown
    /// as escapes such as `\x1b`, a tab as one space.
    static func line(_ text: some StringProtocol) -> String {
        guard text.unicodeScalars.contains(where: { isHarmful($0) }) else { return String(text) }
        var safe = ""
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                safe.append(" ")
            } else if isHarmful(scalar) {
                safe += escape(scalar)
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// The text with its line breaks, each line made harmless.
    static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }.joined(separator: "\n")
    }

    /// JSON text in which DEL and the C1 controls, which JSON allows inside strings, are written as `\u00XX`.
    static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { (0x7F...0x9F).contains($0.value) }) else { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if (0x7F...0x9F).contains(scalar.value) {
                safe += "\\u00" + String(scalar.value, radix: 16)
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        default:
            scalar.value < 0x100
                ? "\\x" + padded(scalar.value, to: 2) : "\\u{" + String(scalar.value, radix: 16) + "}"
        }
    }

    private static func padded(_ value: UInt32, to digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
