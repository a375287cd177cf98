/// Moments as people write them: RFC 3339, or without an offset for the clocks of a zone.
package enum Moment {
    /// A moment as text, with the offset that holds then: `2026-03-29T06:30:00+02:00`.
    package static func text(_ instant: Int, in zone: Zone) -> String {
        var offset = zone.offset(at: instant)
        // Before there were time zones, offsets had seconds, which the format does not have.
        if offset % 60 != 0 { offset = 0 }
        let wall = WallTime(seconds: instant + offset)
        let sign = offset < 0 ? "-" : "+"
        return "\(wall.date.text)T\(two(wall.hour)):\(two(wall.minute)):\(two(wall.second))\(sign)"
            + "\(two(abs(offset) / 3_600)):\(two(abs(offset) / 60 % 60))"
    }

    /// Reads a moment; parts of a second are left out.
    ///
    /// - Parameter endOfDay: Whether a date alone means the end of the day instead of its beginning.
    /// - Returns: In seconds since 1970-01-01T00:00:00Z; nil when the text is no moment.
    package static func parse(_ text: String, in zone: Zone, endOfDay: Bool = false) -> Int? {
        guard text.utf8.count >= 10, let date = CivilDate(text.prefix(10)) else { return nil }
        let day = date.daysSinceEpoch * WallTime.secondsADay
        var rest = text.dropFirst(10)
        if rest.isEmpty { return zone.instant(of: WallTime(seconds: day + (endOfDay ? WallTime.secondsADay : 0))) }
        guard let separator = rest.popFirst(), "Tt ".contains(separator), let hour = take(2, &rest), hour < 24,
            rest.popFirst() == ":", let minute = take(2, &rest), minute < 60
        else { return nil }
        var second = 0
        if rest.first == ":" {
            rest.removeFirst()
            guard let given = take(2, &rest), given < 60 else { return nil }
            second = given
            if rest.first == "." {
                rest.removeFirst()
                let digits = rest.prefix { ("0"..."9").contains($0) }
                guard !digits.isEmpty else { return nil }
                rest = rest.dropFirst(digits.count)
            }
        }
        let seconds = day + hour * 3_600 + minute * 60 + second
        guard let sign = rest.popFirst() else { return zone.instant(of: WallTime(seconds: seconds)) }
        if sign == "Z" || sign == "z" { return rest.isEmpty ? seconds : nil }
        guard "+-".contains(sign), let hours = take(2, &rest), rest.popFirst() == ":", let minutes = take(2, &rest),
            rest.isEmpty, hours < 24, minutes < 60
        else { return nil }
        return seconds - (sign == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static func take(_ count: Int, _ rest: inout Substring) -> Int? {
        guard rest.count >= count else { return nil }
        let value = CronField.digits(rest.prefix(count))
        rest = rest.dropFirst(count)
        return value
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
