/// Times as RFC 3339 writes them, such as `2026-01-31T06:00:00Z`.
package enum RFC3339 {
    /// How such a time is written, for people.
    package static let hint = "write it with its zone, as in 2026-01-31T06:00:00Z or 2026-01-31T07:00:00+01:00"

    /// Reads a time with its zone; years 1970 to 9999, a fraction of a second to the microsecond.
    ///
    /// - Returns: Microseconds since 1970-01-01 00:00 UTC; nil for anything else.
    package static func microseconds(_ text: String) -> Int64? {
        var reader = Reader(rest: Array(text.utf8)[...])
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2)
        else { return nil }
        guard year >= 1970, (1...12).contains(month), (1...length(ofMonth: month, year)).contains(day), hour < 24,
            minute < 60, second < 60, let fraction = reader.fraction(), let offset = reader.offset(),
            reader.rest.isEmpty
        else { return nil }
        let seconds = (days(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second - offset
        return seconds * 1_000_000 + fraction
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The days from 1970-01-01 to a date.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years begin in March here, so that a leap day is the last one of its year.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Character) -> Bool {
            guard let first = rest.first, first == character.asciiValue else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func digit() -> Int64? {
            guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
            rest.removeFirst()
            return Int64(first - 0x30)
        }

        mutating func number(_ digits: Int) -> Int64? {
            var number: Int64 = 0
            for _ in 0..<digits {
                guard let digit = digit() else { return nil }
                number = number * 10 + digit
            }
            return number
        }

        /// A fraction of a second in microseconds, 0 when there is none; further digits are dropped.
        mutating func fraction() -> Int64? {
            guard take(".") else { return 0 }
            guard var fraction = digit() else { return nil }
            var digits = 1
            while let next = digit() {
                if digits < 6 { fraction = fraction * 10 + next }
                digits += 1
            }
            while digits < 6 {
                fraction *= 10
                digits += 1
            }
            return fraction
        }

        /// How many seconds the zone is ahead of UTC.
        mutating func offset() -> Int64? {
            if take("Z") || take("z") { return 0 }
            let sign: Int64 = take("+") ? 1 : take("-") ? -1 : 0
            guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            return sign * (hours * 3_600 + minutes * 60)
        }
    }
}
