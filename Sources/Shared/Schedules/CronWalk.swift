/// Goes from one due time of a cron expression to the next.
///
/// It takes the steps that cronsim takes, field by field and never minute by minute over days, so that all cases of
/// clocks that jump come out alike. An expression that names its times of day is walked on the wall's clock: a time
/// that is skipped moves to the first minute that is not, and of a time that comes twice the first counts. All
/// others are walked in real time.
struct CronWalk {
    /// How many years without a due time are walked.
    private static let horizon = 50
    private static let lastYear = 9_999

    private let expression: CronExpression
    private let zone: Zone
    private let onWall: Bool
    private var now: WallTime

    init(_ expression: CronExpression, from instant: Int, in zone: Zone) {
        self.expression = expression
        self.zone = zone
        onWall = expression.hasFixedTimes
        now = zone.wallTime(at: instant)
        if onWall { now.isRepeated = false }
    }

    /// The next due time, in seconds since 1970-01-01T00:00:00Z.
    mutating func next() -> Int? {
        tick(1)
        guard advance() else { return nil }
        if onWall {
            while zone.skips(now) { now.seconds += 60 }
        }
        return zone.instant(of: now)
    }

    private mutating func advance() -> Bool {
        let lastYear = min(now.date.year + Self.horizon, Self.lastYear)
        while true {
            advanceMonth()
            guard now.date.year <= lastYear else { return false }
            if advanceDay() || advanceHour() || advanceMinute() || advanceSecond() { continue }
            return true
        }
    }

    private mutating func tick(_ seconds: Int) {
        if onWall {
            now = WallTime(seconds: now.seconds + seconds)
        } else {
            now = zone.wallTime(at: zone.instant(of: now) + seconds)
        }
    }

    private mutating func advanceMonth() {
        var date = now.date
        guard !expression.months.numbers.contains(date.month) else { return }
        while !expression.months.numbers.contains(date.month) {
            date =
                date.month == 12
                ? CivilDate(year: date.year + 1, month: 1, day: 1)
                : CivilDate(year: date.year, month: date.month + 1, day: 1)
        }
        now = WallTime(seconds: date.daysSinceEpoch * WallTime.secondsADay)
    }

    private mutating func advanceDay() -> Bool {
        var date = now.date
        guard !expression.fits(date) else { return false }
        repeat {
            date = CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1)
        } while date.day != 1 && !expression.fits(date)
        now = WallTime(seconds: date.daysSinceEpoch * WallTime.secondsADay)
        return true
    }

    private mutating func advanceHour() -> Bool {
        guard !expression.hours.numbers.contains(now.hour) else { return false }
        now.seconds -= now.secondOfDay % 3_600
        repeat { tick(3_600) } while now.hour != 0 && !expression.hours.numbers.contains(now.hour)
        return true
    }

    private mutating func advanceMinute() -> Bool {
        let minutes = expression.minutes.numbers
        guard !minutes.contains(now.minute) else { return false }
        now.seconds -= now.second
        if minutes.count == 1, let minute = minutes.first {
            tick((minute - now.minute + 60) % 60 * 60)
            guard !minutes.contains(now.minute) else { return true }
        }
        while !minutes.contains(now.minute) {
            tick(60)
            if now.minute == 0 { break }
        }
        return true
    }

    private mutating func advanceSecond() -> Bool {
        let seconds = expression.seconds.numbers
        guard !seconds.contains(now.second) else { return false }
        if seconds.count == 1, let second = seconds.first { tick((second - now.second + 60) % 60) }
        while !seconds.contains(now.second) {
            tick(1)
            if now.second == 0 { break }
        }
        return true
    }
}
