/// What clocks on a wall show: a date and a time of day, without saying where.
struct WallTime: Equatable {
    static let secondsADay = 86_400

    /// Seconds since 1970-01-01T00:00:00, as the wall shows it.
    var seconds: Int
    /// Whether the second of two moments is meant, where clocks show this time twice.
    var isRepeated = false

    init(seconds: Int, isRepeated: Bool = false) {
        self.seconds = seconds
        self.isRepeated = isRepeated
    }

    var daysSinceEpoch: Int { Self.floor(seconds, Self.secondsADay) }

    var date: CivilDate { CivilDate(daysSinceEpoch: daysSinceEpoch) }

    var secondOfDay: Int { seconds - daysSinceEpoch * Self.secondsADay }
    var hour: Int { secondOfDay / 3_600 }
    var minute: Int { secondOfDay / 60 % 60 }
    var second: Int { secondOfDay % 60 }

    static func floor(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}
