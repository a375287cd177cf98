extension Duration {
    /// The longest length of time that can be written: 365 days.
    package static let longestWritten = Duration.seconds(365 * 86_400)

    private static let units: [(name: String, length: Duration)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3_600)),
        ("d", .seconds(86_400)),
    ]

    /// Reads a whole number with a unit: `250ms`, `30s`, `5m`, `2h` or `1d`; nil for anything else, or more than nine
    /// digits.
    package init?(written text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard (1...9).contains(digits.count), let count = Int(digits),
            let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        self = unit.length * count
    }

    /// The length as it would be written in a file, in the largest unit that divides it.
    package var written: String {
        let unit = Self.units.last { self != .zero && self / $0.length >= 1 && isMultiple(of: $0.length) }
        return unit.map { "\(Int64(self / $0.length))\($0.name)" } ?? (self == .zero ? "0s" : "\(self)")
    }

    private func isMultiple(of unit: Duration) -> Bool { unit * Int64(self / unit) == self }
}
