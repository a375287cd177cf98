/// A cron expression, with the meaning that Debian's cron and the Python package cronsim give it.
///
/// Five fields, or six with seconds first; `nW` and `@daily` and the like come on top.
package struct CronExpression: Equatable, Sendable, CustomStringConvertible {
    /// The names for common expressions.
    static let aliases = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]
    private static let longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    /// As it was written.
    package let description: String
    let seconds: CronItems
    let minutes: CronItems
    let hours: CronItems
    let days: CronItems
    let months: CronItems
    let weekdays: CronItems
    /// Whether day of the month and day of the week must both fit; otherwise one is enough.
    let needsBothDays: Bool
    /// Whether it names its times of day, so that each comes once a day whatever the clocks do.
    let hasFixedTimes: Bool

    package init(_ text: String) throws(CronError) {
        description = text
        var parts = text.uppercased().split { $0.isWhitespace }.map(String.init)
        if parts.count == 1, parts[0].hasPrefix("@") {
            guard let known = Self.aliases[parts[0].lowercased()] else { throw .unknownAlias(text) }
            parts = known.split(separator: " ").map(String.init)
        }
        let count = parts.count
        if count == 5 { parts.insert("0", at: 0) }
        guard parts.count == 6 else { throw .fieldCount(count) }
        needsBothDays = parts[3].hasPrefix("*") || parts[5].hasPrefix("*")
        hasFixedTimes = count == 5 && !parts[1].hasPrefix("*") && !parts[2].hasPrefix("*")
        seconds = try CronItems(parsing: parts[0], of: .second)
        minutes = try CronItems(parsing: parts[1], of: .minute)
        hours = try CronItems(parsing: parts[2], of: .hour)
        days = try CronItems(parsing: parts[3], of: .day)
        months = try CronItems(parsing: parts[4], of: .month)
        weekdays = try CronItems(parsing: parts[5], of: .weekday)
        guard isPossible else { throw .impossible(text) }
    }

    /// Whether a month has a day of that number, where nothing else makes a day fit.
    private var isPossible: Bool {
        guard needsBothDays, !days.isLast, !days.isLastWorkday else { return true }
        let first = min(days.numbers.min() ?? .max, days.nearest.min() ?? .max)
        return months.numbers.contains { first <= Self.longestMonths[$0 - 1] }
    }

    /// The first moment after another at which the schedule is due.
    ///
    /// - Parameters:
    ///   - instant: In seconds since 1970-01-01T00:00:00Z; what it returns is always later.
    ///   - zone: Whose clocks are looked at.
    /// - Returns: Nil when there is none within 50 years.
    package func next(after instant: Int, in zone: Zone) -> Int? {
        var walk = CronWalk(self, from: instant, in: zone)
        while let found = walk.next() {
            // In an hour that comes twice the first of the two moments may lie behind.
            if found > instant { return found }
        }
        return nil
    }

    /// Whether there is ever a moment at which the schedule is due, from a moment on.
    package func isEverDue(after instant: Int) -> Bool { next(after: instant, in: .utc) != nil }

    func fits(_ date: CivilDate) -> Bool {
        needsBothDays ? fitsDay(date) && fitsWeekday(date) : fitsDay(date) || fitsWeekday(date)
    }

    private func fitsDay(_ date: CivilDate) -> Bool {
        if days.numbers.contains(date.day) { return true }
        guard !days.isPlain else { return false }
        let last = CivilDate.days(inMonth: date.month, of: date.year)
        if days.isLast, date.day == last { return true }
        if days.isLastWorkday, date.day == Self.workday(nearest: last, to: date, last: last) { return true }
        return days.nearest.contains { $0 <= last && date.day == Self.workday(nearest: $0, to: date, last: last) }
    }

    /// The Monday to Friday nearest to a day of a month, without leaving the month.
    private static func workday(nearest day: Int, to date: CivilDate, last: Int) -> Int {
        switch CivilDate(year: date.year, month: date.month, day: day).weekday {
        case 6: day == 1 ? 3 : day - 1
        case 0: day == last ? day - 2 : day + 1
        default: day
        }
    }

    private func fitsWeekday(_ date: CivilDate) -> Bool {
        let weekday = date.weekday
        let same = weekday == 0 ? [0, 7] : [weekday]
        if same.contains(where: weekdays.numbers.contains) { return true }
        guard !weekdays.isPlain else { return false }
        let last = CivilDate.days(inMonth: date.month, of: date.year)
        if date.day + 7 > last, same.contains(where: weekdays.lastWeekdays.contains) { return true }
        let nth = (date.day + 6) / 7
        return same.contains { weekdays.nthWeekdays.contains($0 * 10 + nth) }
    }
}
