import CLinux
import Glibc

/// A moment, as microseconds since 1970 in UTC.
struct Timestamp: Equatable, Comparable, Sendable {
    let microseconds: Int64

    init(microseconds: Int64) { self.microseconds = microseconds }

    /// The time in RFC 3339 with `Z` or an offset, such as `2026-07-01T12:00:00.123456Z`; nil for anything else.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let year = Self.number(bytes[0..<4]),
            let month = Self.number(bytes[5..<7]), let day = Self.number(bytes[8..<10]),
            let hour = Self.number(bytes[11..<13]), let minute = Self.number(bytes[14..<16]),
            let second = Self.number(bytes[17..<19]), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !digits.isEmpty, digits.count <= 9 else { return nil }
            let six = Array(digits.prefix(6)) + [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 6 - digits.count))
            fraction = Self.number(six[...]) ?? 0
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = Self.offset(rest) else { return nil }
        let seconds = Self.days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
        microseconds = seconds * 1_000_000 + fraction
    }

    /// The wall clock of this machine.
    static var now: Timestamp { Timestamp(microseconds: clinux_wall_us()) }

    static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// The time from an earlier moment to this one.
    func since(_ earlier: Timestamp) -> Duration { .microseconds(microseconds - earlier.microseconds) }

    /// How long before `now` it was: `just now`, `12s ago`, `3h ago`; a moment to come is `in 12s`.
    func relative(to now: Timestamp) -> String {
        let seconds = (now.microseconds - microseconds) / 1_000_000
        let text = Self.coarse(abs(seconds))
        if abs(seconds) < 1 { return "just now" }
        return seconds > 0 ? "\(text) ago" : "in \(text)"
    }

    /// Hours, minutes and seconds in this machine's time zone.
    var clockTime: String {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    private static func coarse(_ seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m"
        case ..<86400: "\(seconds / 3600)h"
        default: "\(seconds / 86400)d"
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// The seconds that `Z` or `+02:00` stands for.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(text)
        if bytes == [UInt8(ascii: "Z")] { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]),
            let minutes = number(bytes[4..<6])
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        switch bytes[0] {
        case UInt8(ascii: "+"): return seconds
        case UInt8(ascii: "-"): return -seconds
        default: return nil
        }
    }

    /// The days from 1970-01-01, counted in years that begin in March, so that the leap day is the last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}
