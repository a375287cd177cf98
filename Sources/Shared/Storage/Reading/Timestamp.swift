/// A moment by the database's clock, in microseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }
}

extension Timestamp: CustomStringConvertible {
    private static let microsecondsADay: Int64 = 86_400_000_000

    /// The moment in UTC as RFC 3339 has it, with microseconds, such as `2026-01-31T06:00:00.000000Z`.
    package var description: String {
        let days = rawValue.dividedRoundingDown(by: Self.microsecondsADay)
        let microseconds = rawValue - days * Self.microsecondsADay
        let seconds = microseconds / 1_000_000
        let (year, month, day) = Self.date(ofDay: days)
        return Self.padded(year, to: 4) + "-" + Self.padded(month, to: 2) + "-" + Self.padded(day, to: 2)
            + "T" + Self.padded(seconds / 3600, to: 2) + ":" + Self.padded(seconds / 60 % 60, to: 2)
            + ":" + Self.padded(seconds % 60, to: 2) + "." + Self.padded(microseconds % 1_000_000, to: 6) + "Z"
    }

    /// The Gregorian date of a day counted from 1970-01-01.
    ///
    /// Years are counted from a 1 March, so the leap day is the last of its year, and in eras of 400 years, which all
    /// have the same number of days.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = shifted.dividedRoundingDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfMonth)
    }

    private static func padded(_ value: Int64, to width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension Int64 {
    fileprivate func dividedRoundingDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
