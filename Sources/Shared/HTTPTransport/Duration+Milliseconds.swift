extension Duration {
    /// The whole milliseconds, a begun one included; held within what an `Int64` carries.
    var roundedUpMilliseconds: Int {
        let (seconds, attoseconds) = components
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow, milliseconds < .max - 1001 else { return seconds < 0 ? .min : .max }
        return Int(milliseconds + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
