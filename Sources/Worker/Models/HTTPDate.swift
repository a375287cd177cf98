/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`, always in UTC.
struct HTTPDate: Equatable {
    let secondsSince1970: Int64

    /// Reads the preferred form of RFC 9110; the two obsolete forms are not read.
    init?(_ text: String) {
        let words = text.split { $0 == " " || $0 == ":" || $0 == "," }
        guard words.count == 8, words[7] == "GMT",
            let day = Int64(words[1]), (1...31).contains(day),
            let month = Self.months.firstIndex(of: String(words[2])),
            let year = Int64(words[3]), (1970...9999).contains(year),
            let hour = Int64(words[4]), (0...23).contains(hour),
            let minute = Int64(words[5]), (0...59).contains(minute),
            let second = Int64(words[6]), (0...60).contains(second)
        else { return nil }
        let days = Self.daysSince1970(year: year, month: Int64(month) + 1, day: day)
        secondsSince1970 = ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Counts in years that begin in March, so that the leap day is a year's last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let daysBeforeYear = year * 365 + year / 4 - year / 100 + year / 400
        return daysBeforeYear + dayOfYear - 719_468
    }
}
