import JobModel

/// The body of a form (`application/x-www-form-urlencoded`, URL Standard section 5.1).
enum FormBody {
    /// The most fields that are read.
    private static let maximumFields = 1000

    /// Its fields, the last one of each name; texts.
    static func fields(_ body: [UInt8]) -> JSONObject {
        var fields = JSONObject()
        for pair in body.split(separator: UInt8(ascii: "&")).prefix(maximumFields) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty else { continue }
            fields[decode(name)] = .string(parts.count == 2 ? decode(parts[1]) : "")
        }
        return fields
    }

    private static func decode(_ text: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                if digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
