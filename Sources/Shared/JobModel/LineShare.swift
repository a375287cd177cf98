/// A line of its own in which the jobs of a run stand, in place of their team's.
package struct LineShare: Hashable, Sendable {
    package let line: String
    /// How many of its jobs go in each turn of a queue, where those of others are one; at least 1.
    package let weight: Int

    package init(line: String, weight: Int) {
        precondition(weight > 0, "a share is something, got \(weight)")
        self.line = line
        self.weight = weight
    }
}
