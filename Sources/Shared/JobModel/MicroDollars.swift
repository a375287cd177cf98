/// An amount of money in millionths of a US dollar; never a floating-point number.
package struct MicroDollars: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static let zero = MicroDollars(rawValue: 0)

    /// The most that anything can cost: what is more counts as this much, so that sums stay whole numbers.
    package static let most = MicroDollars(rawValue: 1_000_000_000_000_000)

    package static func + (left: MicroDollars, right: MicroDollars) -> MicroDollars {
        MicroDollars(rawValue: left.rawValue + right.rawValue)
    }

    package static func < (left: MicroDollars, right: MicroDollars) -> Bool { left.rawValue < right.rawValue }

    /// Dollars with six places, such as `$0.001250`.
    package var description: String {
        let magnitude = rawValue.magnitude
        let fraction = String(magnitude % 1_000_000)
        return (rawValue < 0 ? "-$" : "$") + String(magnitude / 1_000_000) + "."
            + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}
