/// What a statement's text begins with, as far as it decides how its rows are fetched.
enum StatementShape: Equatable {
    /// `SELECT`, `VALUES` or `TABLE`: its rows can be fetched through a cursor.
    case query
    /// `COPY`: its rows may go over the connection in a way of their own.
    case copy
    /// Anything else.
    case command

    init(_ sql: String) {
        var rest = Substring(sql).utf8
        Self.skipToWord(&rest)
        let word = String(decoding: rest.prefix { Self.isLetter($0) }, as: UTF8.self).uppercased()
        self =
            switch word {
            case "SELECT", "VALUES", "TABLE": .query
            case "COPY": .copy
            default: .command
            }
    }

    /// Skips white space, opening brackets and comments, which in SQL nest.
    private static func skipToWord(_ rest: inout Substring.UTF8View) {
        var depth = 0
        while let byte = rest.first {
            if rest.starts(with: "/*".utf8) {
                depth += 1
                rest = rest.dropFirst(2)
            } else if depth > 0, rest.starts(with: "*/".utf8) {
                depth -= 1
                rest = rest.dropFirst(2)
            } else if depth == 0, rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            } else if depth > 0 || [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, UInt8(ascii: "(")].contains(byte) {
                rest = rest.dropFirst()
            } else {
                return
            }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
