/// A field of a cron expression.
package enum CronField: Int, CaseIterable, Sendable {
    case second, minute, hour, day, month, weekday

    /// What it is called in messages.
    package var name: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .day: "day of the month"
        case .month: "month"
        case .weekday: "day of the week"
        }
    }

    /// The numbers it may hold; 0 and 7 are both Sunday.
    var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .day: 1...31
        case .month: 1...12
        case .weekday: 0...7
        }
    }

    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .weekday: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        case .second, .minute, .hour, .day: []
        }
    }

    var hint: String {
        let plain = "*, \(range.lowerBound) to \(range.upperBound)"
        return switch self {
        case .second, .minute, .hour: plain + ", a-b, a/step, and lists of them"
        case .day: plain + ", a-b, a/step, L, LW, nW, and lists of them"
        case .month: plain + ", JAN to DEC, a-b, a/step, and lists of them"
        case .weekday: plain + ", SUN to SAT, a-b, a/step, d#n, dL, and lists of them"
        }
    }

    /// The number that a word of the field stands for.
    func number(_ text: Substring, in whole: String) throws(CronError) -> Int {
        if let index = names.firstIndex(of: String(text)) { return index + range.lowerBound }
        guard let value = Self.digits(text) else {
            throw .badField(self, whole, reason: text.isEmpty ? "a number is missing" : "\"\(text)\" is no number")
        }
        guard range.contains(value) else {
            throw .badField(self, whole, reason: "\(text) is not in \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A number without sign; those that are too large count as the largest.
    static func digits(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text) ?? .max
    }
}
