/// When a schedule is due.
package struct ScheduleRule: Equatable, Sendable {
    /// What the due times follow.
    package enum Rhythm: Equatable, Sendable {
        case cron(CronExpression)
        /// Every so many seconds, counted from the start of the schedule, or from 1970-01-01T00:00:00Z.
        case every(Int)
        /// Moments of their own, in order.
        case moments([Int])
    }

    /// How often in a row days may be left out before a search ends: about 55 years.
    private static let mostDaysLeftOut = 20_000

    package var rhythm: Rhythm
    package var zone: Zone
    /// The first moment that may be due.
    package var start: Int?
    /// The moment from which on nothing is due any more.
    package var end: Int?
    /// Days on which nothing is due.
    package var except: CalendarDaySet
    /// The only days on which anything is due; none for every day.
    package var only: CalendarDaySet

    package init(
        _ rhythm: Rhythm,
        zone: Zone,
        start: Int? = nil,
        end: Int? = nil,
        except: [CalendarDays] = [],
        only: [CalendarDays] = []
    ) {
        self.rhythm = rhythm
        self.zone = zone
        self.start = start
        self.end = end
        self.except = CalendarDaySet(except)
        self.only = CalendarDaySet(only)
    }

    /// The first due time behind a moment; nil when there is none, as far as 50 years go.
    package func next(after instant: Int) -> Int? {
        var from = max(instant, start.map { $0 - 1 } ?? instant)
        for _ in 0..<Self.mostDaysLeftOut {
            guard let found = next(inRhythmAfter: from), end.map({ found < $0 }) ?? true else { return nil }
            let wall = zone.wallTime(at: found)
            if isKept(wall.date) { return found }
            let tomorrow = WallTime(seconds: (wall.daysSinceEpoch + 1) * WallTime.secondsADay)
            from = max(found, zone.instant(of: tomorrow) - 1)
        }
        return nil
    }

    /// The last due time behind `instant` that is not behind `now`; nil when there is none.
    ///
    /// However much was missed, only a short stretch before `now` is walked.
    package func latest(after instant: Int, notAfter now: Int) -> Int? {
        let now = end.map { min(now, $0 - 1) } ?? now
        var stretch = 60
        while true {
            let from = max(instant, now - stretch)
            if var found = next(after: from), found <= now {
                while let later = next(after: found), later <= now { found = later }
                return found
            }
            guard from > instant else { return nil }
            stretch *= 4
        }
    }

    private func next(inRhythmAfter instant: Int) -> Int? {
        switch rhythm {
        case .cron(let expression): return expression.next(after: instant, in: zone)
        case .every(let seconds):
            let anchor = start ?? 0
            guard instant >= anchor else { return anchor }
            return anchor + ((instant - anchor) / seconds + 1) * seconds
        case .moments(let moments): return moments.first { $0 > instant }
        }
    }

    private func isKept(_ date: CivilDate) -> Bool {
        !except.contains(date) && (only.isEmpty || only.contains(date))
    }
}
