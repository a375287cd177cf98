/// All damage that was met, in full detail only up to a bound.
package struct DamageReports: Hashable, Sendable {
    /// The most reports that are kept.
    package static let maximumReports = 100

    /// The first reports, torn tails included.
    package private(set) var reports: [Damage] = []
    /// How often a step may have been lost; torn tails are not counted.
    package private(set) var lossCount = 0

    /// No damage.
    package init() {}

    mutating func add(_ damage: Damage) {
        if damage.isLoss { lossCount += 1 }
        if reports.count < Self.maximumReports { reports.append(damage) }
    }

    mutating func add(_ other: DamageReports) {
        lossCount += other.lossCount
        reports.append(contentsOf: other.reports.prefix(Self.maximumReports - reports.count))
    }
}
