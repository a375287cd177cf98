import Glibc
package import HTTPTransport

/// How long the header of a response asks to be left alone.
package enum RetryAfter {
    /// Reads `retry-after-ms` and `Retry-After`, the latter as seconds or as a date; nil when there is none that can be
    /// read, negative waits count as zero.
    ///
    /// A date is measured against the `Date` of the same response, so that no clocks are compared; without one, against
    /// this host's.
    package static func read(_ headers: HTTPHeaders) -> Duration? {
        if let text = headers["retry-after-ms"], let milliseconds = Double(text) { return seconds(milliseconds / 1000) }
        guard let text = headers["Retry-After"] else { return nil }
        if let value = Double(text) { return seconds(value) }
        guard let date = HTTPDate(text) else { return nil }
        let now = headers["Date"].flatMap { HTTPDate($0)?.secondsSince1970 } ?? Int64(time(nil))
        return .seconds(max(0, date.secondsSince1970 - now))
    }

    private static func seconds(_ value: Double) -> Duration? {
        guard value.isFinite else { return nil }
        return .seconds(min(max(0, value), longest))
    }

    /// A year in seconds: keeps the arithmetic in range.
    private static let longest = 365.0 * 86400
}
