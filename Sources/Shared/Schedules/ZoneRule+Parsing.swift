extension ZoneRule {
    /// Reads a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`; nil when it is none.
    init?(parsing text: String) {
        var reader = RuleReader(text)
        guard reader.name(), let standard = reader.time(hours: 0...24) else { return nil }
        offset = -standard
        if reader.isAtEnd {
            saving = nil
            return
        }
        guard reader.name() else { return nil }
        var savingOffset = offset + 3_600
        if !reader.isNext(",") {
            guard let given = reader.time(hours: 0...24) else { return nil }
            savingOffset = -given
        }
        guard reader.take(","), let (begins, beginsAt) = reader.dayAndTime(), reader.take(","),
            let (ends, endsAt) = reader.dayAndTime(), reader.isAtEnd
        else { return nil }
        saving = Saving(offset: savingOffset, begins: begins, beginsAt: beginsAt, ends: ends, endsAt: endsAt)
    }
}

/// Walks over the text of a rule.
private struct RuleReader {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func isNext(_ letter: Character) -> Bool { rest.first == letter }

    mutating func take(_ letter: Character) -> Bool {
        guard isNext(letter) else { return false }
        rest.removeFirst()
        return true
    }

    /// The name of a kind of time, in angle brackets or made of letters.
    mutating func name() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let letters = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard digits.count <= 4, let value = Int(digits), range.contains(value) else { return nil }
        rest = rest.dropFirst(digits.count)
        return value
    }

    /// Hours, and perhaps minutes and seconds, with a sign.
    mutating func time(hours: ClosedRange<Int>) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hour = number(hours) else { return nil }
        var seconds = hour * 3_600
        if take(":") {
            guard let minute = number(0...59) else { return nil }
            seconds += minute * 60
            if take(":") {
                guard let second = number(0...59) else { return nil }
                seconds += second
            }
        }
        return isNegative ? -seconds : seconds
    }

    mutating func dayAndTime() -> (ZoneRule.Day, Int)? {
        guard let day = day() else { return nil }
        guard take("/") else { return (day, 2 * 3_600) }
        return time(hours: 0...167).map { (day, $0) }
    }

    private mutating func day() -> ZoneRule.Day? {
        if take("J") { return number(1...365).map(ZoneRule.Day.julian) }
        guard take("M") else { return number(0...365).map(ZoneRule.Day.ordinal) }
        guard let month = number(1...12), take("."), let week = number(1...5), take("."), let weekday = number(0...6)
        else { return nil }
        return .weekday(month: month, week: week, weekday: weekday)
    }
}
