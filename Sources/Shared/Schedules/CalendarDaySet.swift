/// Many days of a calendar, so that one is looked up without walking all of them.
package struct CalendarDaySet: Equatable, Sendable, ExpressibleByArrayLiteral {
    /// A bit for each day of the week, the lowest for Sunday.
    private var weekdays: UInt8 = 0
    /// The days of every year, as month times 100 and day.
    private var yearly: Set<Int> = []
    /// Days from one through another, in order, none of which overlap.
    private var ranges: [ClosedRange<CivilDate>] = []

    package init(_ days: [CalendarDays]) {
        var all: [ClosedRange<CivilDate>] = []
        for day in days {
            switch day {
            case .weekday(let weekday): weekdays |= 1 << UInt8(weekday)
            case .yearly(let month, let day): yearly.insert(month * 100 + day)
            case .range(let first, let last): all.append(first...last)
            }
        }
        for range in all.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let before = ranges.last, range.lowerBound <= before.upperBound else {
                ranges.append(range)
                continue
            }
            ranges[ranges.count - 1] = before.lowerBound...max(before.upperBound, range.upperBound)
        }
    }

    package init(arrayLiteral days: CalendarDays...) { self.init(days) }

    package var isEmpty: Bool { weekdays == 0 && yearly.isEmpty && ranges.isEmpty }

    func contains(_ date: CivilDate) -> Bool {
        if weekdays & 1 << UInt8(date.weekday) != 0 || yearly.contains(date.month * 100 + date.day) { return true }
        // The first range that does not end before the day.
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < date { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= date
    }
}
