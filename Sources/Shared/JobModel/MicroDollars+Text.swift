extension MicroDollars {
    /// The most dollars that a text may name.
    private static let mostDollars: Int64 = 1_000_000_000
    /// How many places a text may have.
    private static let places = 6

    /// Reads dollars such as `2.50`, without a floating-point number in between.
    ///
    /// Nil for anything but digits with at most six places and a most of 1,000,000,000.
    package init?(dollars text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        func isDigits(_ part: some StringProtocol) -> Bool { part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard (1...2).contains(parts.count), !parts[0].isEmpty, parts[0].utf8.count <= 10, isDigits(parts[0]),
            let whole = Int64(parts[0]), whole <= Self.mostDollars
        else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : "0"
        guard (1...Self.places).contains(fraction.utf8.count), isDigits(fraction) else { return nil }
        let padded = fraction + String(repeating: "0", count: Self.places - fraction.utf8.count)
        guard let micro = Int64(padded) else { return nil }
        self.init(rawValue: whole * 1_000_000 + micro)
    }
}
