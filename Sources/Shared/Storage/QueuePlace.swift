/// A place in the order in which the jobs of a queue are claimed.
package struct QueuePlace: Comparable, Sendable {
    /// The priority turned round: lower goes first.
    package let rank: Int
    /// Where the job stands among those of its priority; several may stand in one place.
    package let number: Int64

    package init(rank: Int, number: Int64) {
        self.rank = rank
        self.number = number
    }

    package static func < (left: Self, right: Self) -> Bool { (left.rank, left.number) < (right.rank, right.number) }
}
