import JobModel
import Storage

/// Amounts, words and times among the members of a body.
extension JSONMembers {
    /// An amount in whole micro-dollars, not negative.
    ///
    /// - Throws: `Problem` when it is missing or none.
    mutating func amount(_ key: String) throws -> MicroDollars {
        guard let amount = try optionalInteger(key, in: 0...MicroDollars.most.rawValue) else {
            throw Problem(.badRequest, "the body lacks \"\(key)\", an amount in whole micro-dollars")
        }
        return MicroDollars(rawValue: amount)
    }

    /// One of the words of an enumeration; nil when it is missing or null.
    mutating func optionalWord<Word: RawRepresentable & CaseIterable>(_ key: String, as type: Word.Type) throws -> Word?
    where Word.RawValue == String {
        guard let text = try optionalText(key) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "\"\(key)\" must be one of \(words), not \"\(text)\"")
        }
        return word
    }

    /// A time as RFC 3339 has it; nil when it is missing or null.
    mutating func optionalTime(_ key: String) throws -> Timestamp? {
        guard let text = try optionalText(key) else { return nil }
        guard let microseconds = RFC3339.microseconds(text) else {
            throw Problem(.badRequest, "\"\(key)\" is no time, it is \"\(text)\"; \(RFC3339.hint)")
        }
        return Timestamp(rawValue: microseconds)
    }
}

extension AddressParameters {
    /// A time as RFC 3339 has it, or a day, which means its beginning in UTC; nil when it is missing or empty.
    mutating func optionalTime(_ key: String) throws -> Timestamp? {
        guard let text = optionalText(key) else { return nil }
        guard let microseconds = RFC3339.microseconds(text) ?? RFC3339.microseconds(text + "T00:00:00Z") else {
            throw Problem(
                .badParameter,
                "\"\(key)\" is no time, it is \"\(text)\"; write a day such as 2026-01-31, or \(RFC3339.hint)"
            )
        }
        return Timestamp(rawValue: microseconds)
    }
}
