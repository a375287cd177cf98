/// A moment as AWS writes it: `20150830T123600Z`.
struct UTCStamp: Equatable {
    /// The day alone: `20150830`.
    let day: String
    let text: String

    init(secondsSince1970 seconds: Int64) {
        var days = seconds / 86400
        var second = seconds % 86400
        if second < 0 { (days, second) = (days - 1, second + 86400) }
        // Counts in years that begin in March and eras of 400 of them, so that the leap day is a year's last.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day =
            Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2)
        text =
            day + "T" + Self.padded(second / 3600, 2) + Self.padded(second / 60 % 60, 2) + Self.padded(second % 60, 2)
            + "Z"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
