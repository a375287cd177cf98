import Hummingbird

extension BasicRequestContext {
    /// The same with the parts of the path as they were before they were encoded for an address.
    ///
    /// - Throws: `Problem` for what is no text.
    func decodingParameters() throws -> BasicRequestContext {
        var context = self
        let decoded = try parameters.map { (key: $0.key, value: try Self.decoded($0.value)) }
        context.coreContext.parameters = Parameters(decoded)
        return context
    }

    private static func decoded(_ part: Substring) throws -> Substring {
        guard part.utf8.contains(UInt8(ascii: "%")) else { return part }
        var bytes: [UInt8] = []
        var rest = part.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy(isHexDigit),
                let value = UInt8(String(Substring(digits)), radix: 16)
            else {
                throw Problem(.badParameter, "in \"\(part)\" of the path a % is not followed by two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.badParameter, "\"\(part)\" of the path is no UTF-8")
        }
        return Substring(text)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
