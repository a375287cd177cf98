extension JSONValue {
    /// The deepest nesting of arrays and objects that is read of what comes from outside.
    package static let maximumDepth = 128
    /// The deepest nesting that is read of what the machine wrote itself: things may stand around what came from outside.
    package static let maximumKeptDepth = 2 * maximumDepth

    /// Reads one JSON text.
    ///
    /// - Parameter deepest: The deepest nesting of arrays and objects that is read.
    /// - Throws: `JSONParseError` for anything RFC 8259 does not allow, a repeated key, ill-formed UTF-8, or nesting
    ///   that is deeper.
    package init(
        parsing bytes: some Sequence<UInt8>,
        deepest: Int = maximumDepth
    ) throws(JSONParseError) {
        var parser = JSONParser(bytes: Array(bytes), deepest: deepest)
        self = try parser.parseDocument()
    }

    /// Reads one JSON text.
    package init(parsing text: String, deepest: Int = maximumDepth) throws(JSONParseError) {
        try self.init(parsing: text.utf8, deepest: deepest)
    }
}

/// A recursive-descent reader of JSON texts; its depth is bounded, so its stack is too.
struct JSONParser {
    private let bytes: [UInt8]
    private let deepest: Int
    private var at = 0
    private var depth = 0

    init(bytes: [UInt8], deepest: Int) {
        self.bytes = bytes
        self.deepest = deepest
    }

    mutating func parseDocument() throws(JSONParseError) -> JSONValue {
        skipSpace()
        let value = try parseValue()
        skipSpace()
        guard at == bytes.count else { throw fault("text after the value") }
        return value
    }

    private func fault(_ reason: String) -> JSONParseError { JSONParseError(reason: reason, offset: at) }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private mutating func parseValue() throws(JSONParseError) -> JSONValue {
        switch current {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONParseError) in try parser.parseObject() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONParseError) in try parser.parseArray() }
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return try parseNumber()
        case nil: throw fault("the text ends where a value should be")
        default: throw fault("no value begins here")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONParseError) -> JSONValue
    ) throws(JSONParseError) -> JSONValue {
        depth += 1
        guard depth <= deepest else { throw fault("nested deeper than \(deepest)") }
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard at + length <= bytes.count,
            (0..<length).allSatisfy({ bytes[at + $0] == word.utf8Start[$0] })
        else { throw fault("no value begins here") }
        at += length
        return value
    }

    private mutating func parseArray() throws(JSONParseError) -> JSONValue {
        at += 1
        var values: [JSONValue] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            at += 1
            return .array(values)
        }
        while true {
            skipSpace()
            values.append(try parseValue())
            skipSpace()
            switch current {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "]"):
                at += 1
                return .array(values)
            default: throw fault("expected , or ]")
            }
        }
    }

    private mutating func parseObject() throws(JSONParseError) -> JSONValue {
        at += 1
        var object = JSONObject()
        skipSpace()
        if current == UInt8(ascii: "}") {
            at += 1
            return .object(object)
        }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw fault("expected a key in quotes") }
            let key = try parseString()
            guard object[key] == nil else { throw fault("the key \"\(key)\" is repeated") }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw fault("expected :") }
            at += 1
            skipSpace()
            object.append(key, try parseValue())
            skipSpace()
            switch current {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "}"):
                at += 1
                return .object(object)
            default: throw fault("expected , or }")
            }
        }
    }

    private mutating func parseNumber() throws(JSONParseError) -> JSONValue {
        let start = at
        var isInteger = true
        if current == UInt8(ascii: "-") { at += 1 }
        if current == UInt8(ascii: "0") {
            at += 1
        } else {
            try digits()
        }
        if current == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            at += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw fault("the number is out of range") }
        return .number(value)
    }

    private mutating func digits() throws(JSONParseError) {
        let start = at
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        guard at > start else { throw fault("expected a digit") }
    }

    private mutating func parseString() throws(JSONParseError) -> String {
        at += 1
        let start = at
        at = bytes.withUnsafeBytes { JSONText.firstSpecial(in: $0, from: start) }
        if current == UInt8(ascii: "\"") {
            defer { at += 1 }
            return try validated(bytes[start..<at])
        }
        var text = Array(bytes[start..<at])
        while true {
            guard let byte = current else { throw fault("the text ends inside a string") }
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return try validated(text[...])
            case UInt8(ascii: "\\"):
                at += 1
                try parseEscape(into: &text)
            case 0..<0x20: throw fault("a control character in a string")
            default:
                text.append(byte)
                at += 1
            }
        }
    }

    private func validated(_ utf8: ArraySlice<UInt8>) throws(JSONParseError) -> String {
        // Most texts are ASCII, and checking that is far cheaper than checking for UTF-8.
        if utf8.withUnsafeBytes(JSONText.isASCII) { return String(decoding: utf8, as: UTF8.self) }
        guard let text = String(validating: utf8, as: UTF8.self) else { throw fault("a string is no UTF-8") }
        return text
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONParseError) {
        guard let byte = current else { throw fault("the text ends inside a string") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try parseScalar())).utf8)
        default: throw fault("an unknown escape")
        }
    }

    /// Reads the digits behind `\u`, and the second half of a surrogate pair; a lone surrogate becomes U+FFFD.
    private mutating func parseScalar() throws(JSONParseError) -> Unicode.Scalar {
        let unit = try parseUnit()
        guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        guard current == UInt8(ascii: "\\"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "u") else {
            return "\u{FFFD}"
        }
        let before = at
        at += 2
        let low = try parseUnit()
        guard (0xDC00..<0xE000).contains(low) else {
            at = before
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func parseUnit() throws(JSONParseError) -> UInt32 {
        guard at + 4 <= bytes.count else { throw fault("the text ends inside an escape") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
                throw fault("expected a hex digit")
            }
            value = value << 4 + UInt32(digit)
            at += 1
        }
        return value
    }
}
