extension Duration {
    private static let units: [(suffix: String, length: Duration)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
        ("d", .seconds(86400)),
    ]

    /// Reads a whole number and its unit: `250ms`, `30s`, `5m`, `2h` or `1d`; nil for anything else or over 10 years.
    package init?(text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), digits.count <= 12,
            let unit = Self.units.first(where: { $0.suffix == text.dropFirst(digits.count) })
        else { return nil }
        let (seconds, attoseconds) = unit.length.components
        guard count <= 315_576_000 / max(seconds, 1) * (attoseconds > 0 ? 1000 : 1) else { return nil }
        self = unit.length * count
    }

    /// The length in its largest whole unit, such as `5m` or `1500ms`.
    package var shortText: String {
        let milliseconds = wholeMicroseconds / 1000
        for (suffix, length) in Self.units.reversed() {
            let unit = length.wholeMicroseconds / 1000
            if milliseconds >= unit, milliseconds % unit == 0 { return "\(milliseconds / unit)\(suffix)" }
        }
        return "\(milliseconds)ms"
    }
}
