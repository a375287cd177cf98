/// The rule that a zone goes by behind the last change its file lists, as POSIX writes it in `TZ`.
struct ZoneRule: Equatable, Sendable {
    /// A day of each year and a time on it.
    enum Day: Equatable, Sendable {
        /// Weekday 0 to 6 in the week 1 to 5 of a month; 5 is the last.
        case weekday(month: Int, week: Int, weekday: Int)
        /// 1 to 365; 29 February is never counted.
        case julian(Int)
        /// 0 to 365; 29 February is counted.
        case ordinal(Int)
    }

    struct Saving: Equatable, Sendable {
        let offset: Int
        let begins: Day
        let beginsAt: Int
        let ends: Day
        let endsAt: Int
    }

    /// The standard offset in seconds east of UTC.
    let offset: Int
    let saving: Saving?

    /// The changes of one year, in order.
    func changes(in year: Int) -> [ZoneChange] {
        guard let saving, saving.offset != offset else { return [] }
        let begin = Self.day(saving.begins, year) * WallTime.secondsADay + saving.beginsAt - offset
        let end = Self.day(saving.ends, year) * WallTime.secondsADay + saving.endsAt - saving.offset
        let changes = [
            ZoneChange(at: begin, before: offset, after: saving.offset),
            ZoneChange(at: end, before: saving.offset, after: offset),
        ]
        return begin < end ? changes : changes.reversed()
    }

    private static func day(_ day: Day, _ year: Int) -> Int {
        switch day {
        case .julian(let number):
            let first = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
            return first + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
        case .ordinal(let number): return CivilDate(year: year, month: 1, day: 1).daysSinceEpoch + number
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
            var found = first + (weekday - CivilDate.weekday(ofDay: first) + 7) % 7 + (week - 1) * 7
            while found >= first + CivilDate.days(inMonth: month, of: year) { found -= 7 }
            return found
        }
    }
}
