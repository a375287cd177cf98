/// A time zone: which offset from UTC holds when.
package struct Zone: Equatable, Sendable {
    /// The last year whose changes are listed; behind it the calendar repeats itself every 400 years.
    private static let lastListedYear = 2_440
    private static let secondsIn400Years = 146_097 * WallTime.secondsADay

    /// The name in the time zone database.
    package let name: String
    private let initial: Int
    private let changes: [ZoneChange]
    /// From when on the changes repeat every 400 years; nil when none follow.
    private let repeatsFrom: Int?

    /// Coordinated universal time.
    package static let utc = Zone(name: "UTC", initial: 0, changes: [], rule: nil)

    /// Reads a file of the time zone database.
    package init(name: String, parsing file: [UInt8]) throws(ZoneError) {
        do throws(TZFile.Fault) {
            let parsed = try TZFile.parse(file)
            self.init(name: name, initial: parsed.initial, changes: parsed.changes, rule: parsed.rule)
        } catch {
            throw .damaged(name: name, reason: error.reason)
        }
    }

    init(name: String, initial: Int, changes listed: [ZoneChange], rule: ZoneRule?) {
        self.name = name
        self.initial = initial
        var changes = listed
        if let rule, rule.saving != nil {
            let last = listed.last?.at ?? Int.min
            let firstYear = listed.last.map { WallTime(seconds: $0.at).date.year } ?? 1900
            for year in firstYear...Self.lastListedYear {
                for change in rule.changes(in: year) where change.at > last {
                    let before = changes.last?.after ?? initial
                    guard before != change.after else { continue }
                    changes.append(ZoneChange(at: change.at, before: before, after: change.after))
                }
            }
            repeatsFrom = CivilDate(year: Self.lastListedYear, month: 1, day: 1).daysSinceEpoch * WallTime.secondsADay
        } else {
            repeatsFrom = nil
            if let rule, rule.offset != (changes.last?.after ?? initial), let last = changes.last {
                changes.append(ZoneChange(at: last.at + 1, before: last.after, after: rule.offset))
            }
        }
        self.changes = changes
    }

    /// The offset at a moment, in seconds east of UTC.
    ///
    /// - Parameter instant: In seconds since 1970-01-01T00:00:00Z.
    package func offset(at instant: Int) -> Int { lastChange(at: listed(instant))?.after ?? initial }

    /// What clocks show at a moment.
    func wallTime(at instant: Int) -> WallTime {
        let listed = listed(instant)
        guard let change = lastChange(at: listed) else { return WallTime(seconds: instant + initial) }
        return WallTime(
            seconds: instant + change.after,
            isRepeated: change.before - change.after > listed - change.at
        )
    }

    /// The moment at which clocks show a time.
    ///
    /// A time that clocks skip is taken by the offset before the change, or by the one after it where the wall time
    /// says that it is a repeated one.
    func instant(of wall: WallTime) -> Int { wall.seconds - offset(of: wall) }

    /// Whether clocks skip this time.
    func skips(_ wall: WallTime) -> Bool { wallTime(at: instant(of: wall)).seconds != wall.seconds }

    private func offset(of wall: WallTime) -> Int {
        let seconds = listed(wall.seconds)
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            let change = changes[middle]
            let offset = wall.isRepeated ? min(change.before, change.after) : max(change.before, change.after)
            if change.at + offset <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initial : changes[low - 1].after
    }

    /// The same point of the calendar within the years whose changes are listed.
    private func listed(_ seconds: Int) -> Int {
        guard let repeatsFrom, seconds >= repeatsFrom else { return seconds }
        return seconds - ((seconds - repeatsFrom) / Self.secondsIn400Years + 1) * Self.secondsIn400Years
    }

    private func lastChange(at instant: Int) -> ZoneChange? {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : changes[low - 1]
    }
}
