package import JobModel

/// Takes secrets out of whatever is kept or shown.
///
/// It knows the values of a worker's connections, and finds them as they are and in the forms in which programs and
/// servers repeat them: percent-encoded, in base64 at any alignment, in hexadecimal digits, and escaped as in JSON. A
/// secret of several lines is found line by line too. A value shorter than `shortest` is not looked for: half of all
/// text would go.
package struct Redactor: Sendable {
    /// What stands in a secret's place.
    package static let mark = "<redacted>"
    /// The shortest secret that is looked for, in bytes.
    package static let shortest = 6
    /// The shortest line of a longer secret that is looked for by itself.
    private static let shortestLine = 16

    /// Knows nothing and changes nothing.
    package static let none = Redactor(secrets: [])

    /// The longest first.
    private let patterns: [[UInt8]]
    /// Which pairs of bytes a pattern begins with, one bit for each.
    private let beginnings: [UInt64]
    private let byBeginning: [UInt16: [Int]]

    package init(secrets: [String]) {
        var forms: Set<[UInt8]> = []
        for secret in secrets where secret.utf8.count >= Self.shortest {
            let lines = secret.split(whereSeparator: \.isNewline).filter { $0.utf8.count >= Self.shortestLine }
            for text in [secret] + lines.map(String.init) { forms.formUnion(SecretForms.all(of: Array(text.utf8))) }
        }
        patterns = forms.sorted { ($1.count, $0.description) < ($0.count, $1.description) }
        var beginnings = [UInt64](repeating: 0, count: forms.isEmpty ? 0 : 1024)
        var byBeginning: [UInt16: [Int]] = [:]
        for (place, pattern) in patterns.enumerated() {
            let pair = UInt16(pattern[0]) << 8 | UInt16(pattern[1])
            beginnings[Int(pair >> 6)] |= 1 << UInt64(pair & 63)
            byBeginning[pair, default: []].append(place)
        }
        self.beginnings = beginnings
        self.byBeginning = byBeginning
    }

    package var isEmpty: Bool { patterns.isEmpty }

    /// A text without secrets.
    package func redacted(_ text: String) -> String {
        if isEmpty { return text }
        var text = text
        guard let bytes = text.withUTF8({ redacted($0) }) else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes without secrets, whatever they are.
    package func redacted(_ bytes: [UInt8]) -> [UInt8] {
        isEmpty ? bytes : bytes.withUnsafeBufferPointer { redacted($0) } ?? bytes
    }

    /// A value without secrets in its texts and keys.
    package func redacted(_ value: JSONValue) -> JSONValue {
        if isEmpty { return value }
        switch value {
        case .null, .bool, .integer, .number: return value
        case .string(let text): return .string(redacted(text))
        case .array(let elements): return .array(elements.map { redacted($0) })
        case .object(let members):
            return .object(JSONObject(members.map { (redacted($0.key), redacted($0.value)) }))
        }
    }

    /// Nil when there is nothing to take out.
    private func redacted(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var kept: [UInt8]?
        var begin = 0
        var place = 0
        while place + 1 < bytes.count {
            guard let length = match(in: bytes, at: place) else {
                place += 1
                continue
            }
            if kept == nil { kept = [] }
            kept?.append(contentsOf: bytes[begin..<place])
            kept?.append(contentsOf: Self.mark.utf8)
            place += length
            begin = place
        }
        kept?.append(contentsOf: bytes[begin...])
        return kept
    }

    /// The length of the longest secret that begins at a place; nil when none does.
    func match(in bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard place + 1 < bytes.count else { return nil }
        let pair = UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
        guard beginnings[Int(pair >> 6)] & 1 << UInt64(pair & 63) != 0 else { return nil }
        return byBeginning[pair]?.lazy.map { patterns[$0] }
            .first { $0.count <= bytes.count - place && bytes[place..<place + $0.count].elementsEqual($0) }?.count
    }

    /// Whether the bytes from a place on are the beginning of a secret, and not all of it.
    func begins(in bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        let rest = bytes[place...]
        if rest.count > 1 {
            let pair = UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
            guard beginnings[Int(pair >> 6)] & 1 << UInt64(pair & 63) != 0 else { return false }
        }
        return patterns.contains { $0.count > rest.count && $0.starts(with: rest) }
    }

    var longest: Int { patterns.first?.count ?? 0 }
}
