/// What one field of a cron expression asks for.
struct CronItems: Equatable, Sendable {
    /// Plain numbers.
    var numbers: Set<Int> = []
    /// `L`: the last day of the month.
    var isLast = false
    /// `LW`: the last Monday to Friday of the month.
    var isLastWorkday = false
    /// `15W`: the Monday to Friday nearest to the day, in the same month.
    var nearest: Set<Int> = []
    /// `5L`: the last of this weekday in the month.
    var lastWeekdays: Set<Int> = []
    /// `5#2` as 52: the n-th of this weekday in the month.
    var nthWeekdays: Set<Int> = []

    mutating func formUnion(_ other: CronItems) {
        numbers.formUnion(other.numbers)
        isLast = isLast || other.isLast
        isLastWorkday = isLastWorkday || other.isLastWorkday
        nearest.formUnion(other.nearest)
        lastWeekdays.formUnion(other.lastWeekdays)
        nthWeekdays.formUnion(other.nthWeekdays)
    }

    /// Whether it holds nothing but numbers.
    var isPlain: Bool {
        !isLast && !isLastWorkday && nearest.isEmpty && lastWeekdays.isEmpty && nthWeekdays.isEmpty
    }

    /// Reads a field in upper case; its parts may be nested as in `1-20/2,L`.
    init(parsing text: String, of field: CronField) throws(CronError) {
        self.init()
        if text.contains(",") {
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                formUnion(try Self.part(part, of: field, in: text))
            }
        } else {
            self = try Self.part(text[...], of: field, in: text)
        }
    }

    init() {}

    private static func part(_ text: Substring, of field: CronField, in whole: String) throws(CronError) -> CronItems {
        var items = CronItems()
        if text == "*" {
            items.numbers = Set(field.range)
            return items
        }
        if field == .weekday, text.contains("L") {
            guard text.last == "L", CronField.digits(text.dropLast()) != nil else {
                throw .badField(field, whole, reason: "L stands behind a number, as in 5L")
            }
            items.lastWeekdays = [try field.number(text.dropLast(), in: whole)]
            return items
        }
        if field == .weekday, let mark = text.firstIndex(of: "#") {
            guard let nth = CronField.digits(text[text.index(after: mark)...]), (1...5).contains(nth) else {
                throw .badField(field, whole, reason: "behind # stands 1 to 5")
            }
            items.nthWeekdays = [try field.number(text[..<mark], in: whole) * 10 + nth]
            return items
        }
        if let slash = text.firstIndex(of: "/") {
            return try stepped(text[..<slash], by: text[text.index(after: slash)...], of: field, in: whole)
        }
        if let dash = text.firstIndex(of: "-") {
            let start = try field.number(text[..<dash], in: whole)
            let end = try field.number(text[text.index(after: dash)...], in: whole)
            guard start <= end else { throw .badField(field, whole, reason: "the range goes down") }
            items.numbers = Set(start...end)
            return items
        }
        if field == .day, text == "LW" {
            items.isLastWorkday = true
        } else if field == .day, text == "L" {
            items.isLast = true
        } else if field == .day, text.last == "W" {
            items.nearest = [try field.number(text.dropLast(), in: whole)]
        } else {
            items.numbers = [try field.number(text, in: whole)]
        }
        return items
    }

    private static func stepped(
        _ text: Substring,
        by step: Substring,
        of field: CronField,
        in whole: String
    ) throws(CronError) -> CronItems {
        guard let step = CronField.digits(step), step > 0 else {
            throw .badField(field, whole, reason: "behind / stands a number, 1 or more")
        }
        var items = try part(text, of: field, in: whole)
        if items.isLast || items.isLastWorkday { return items }
        guard items.isPlain else { throw .badField(field, whole, reason: "nW has no step") }
        // One number with a step goes on to the end of the field.
        let sorted =
            items.numbers.count == 1
            ? Array(items.numbers[items.numbers.startIndex]...field.range.upperBound)
            : items.numbers.sorted()
        items.numbers = Set(stride(from: 0, to: sorted.count, by: min(step, sorted.count)).map { sorted[$0] })
        return items
    }
}
