import Storage

/// Where in each queue's order the next claim begins.
///
/// Claimed jobs stay in the index until the database's vacuum comes by, and much longer beside a long transaction. A claim
/// that begins where the last one ended does not walk over them. What becomes pending before that place (a higher
/// priority, a transaction that was slow to commit) is found by looks from the start, often as long as they are cheap.
struct ClaimFloors<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// How far apart two looks from the start are at least, while the queue is never found empty.
    static var lookInterval: Duration { .milliseconds(100) }
    /// How many times as long as the last look took the next one waits.
    static var lookShare: Int { 10 }

    private struct Floor {
        var place: QueuePlace?
        var nextLook: Instant
    }

    private var floors: [String: Floor] = [:]

    /// Where a claim begins now; nil for the start of the queue.
    func place(in queue: String, at now: Instant) -> QueuePlace? {
        guard let floor = floors[queue], now < floor.nextLook else { return nil }
        return floor.place
    }

    /// A claim was answered.
    ///
    /// - Parameter place: Where it began.
    /// - Parameter last: The last place of what it claimed.
    /// - Parameter isFull: Whether it claimed as many as it could.
    /// - Returns: Whether the queue is to be looked at again although the claim was not full: it may have pending jobs before
    ///   the place.
    mutating func claimed(
        from place: QueuePlace?,
        to last: QueuePlace?,
        isFull: Bool,
        in queue: String,
        began: Instant,
        at now: Instant
    ) -> Bool {
        guard isFull, let last else {
            floors[queue] = nil
            return place != nil
        }
        if place == nil {
            let pause = max(Self.lookInterval, began.duration(to: now) * Self.lookShare)
            floors[queue] = Floor(place: last, nextLook: now.advanced(by: pause))
        } else {
            floors[queue]?.place = last
        }
        return false
    }
}
