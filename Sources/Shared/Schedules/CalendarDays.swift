/// Days that a schedule leaves out, or keeps to: `sat`, `12-25`, `2026-12-25` or `2026-12-24..2027-01-02`.
package enum CalendarDays: Equatable, Sendable {
    /// A day of every week, 0 for Sunday.
    case weekday(Int)
    /// A day of every year.
    case yearly(month: Int, day: Int)
    /// Days from one through another.
    case range(CivilDate, CivilDate)

    private static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// Reads what stands in a file; nil when it is none of the forms.
    package init?(_ text: String) {
        if let weekday = Self.weekdays.firstIndex(of: text.lowercased()) {
            self = .weekday(weekday)
            return
        }
        if let dots = text.range(of: "..") {
            guard let first = CivilDate(text[..<dots.lowerBound]), let last = CivilDate(text[dots.upperBound...]),
                first <= last
            else { return nil }
            self = .range(first, last)
        } else if let date = CivilDate(text[...]) {
            self = .range(date, date)
        } else if let date = CivilDate("2000-" + text) {
            self = .yearly(month: date.month, day: date.day)
        } else {
            return nil
        }
    }
}

extension CivilDate {
    /// Reads `2026-12-25`; nil when it is no date.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = CronField.digits(Substring(parts[0])), let month = CronField.digits(Substring(parts[1])),
            let day = CronField.digits(Substring(parts[2])), year > 0
        else { return nil }
        self.init(year: year, month: month, day: day)
        guard exists else { return nil }
    }

    /// As in `2026-12-25`.
    var text: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension String {
    /// Where two texts meet, without Foundation.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(part) { return at..<index(at, offsetBy: part.count) }
            at = index(after: at)
        }
        return nil
    }
}
