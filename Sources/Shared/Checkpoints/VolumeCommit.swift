/// Which appends to files of one file system share a synchronisation.
///
/// While few are under way, each is synchronised alone: the disk takes several at once, and nobody waits for another.
/// Those who come on top wait for a leader, who writes them all and synchronises the file system once; then those who
/// came meanwhile are the next group. A group that took long shared its wait with somebody's other files, so for a while
/// everybody is alone.
///
/// ```
///                 few under way ──► alone
///   an append ──► more, no leader ► leads ──► next group … ──► nobody waits: leads no more
///                 more, a leader ─► waits for its group
/// ```
struct VolumeCommit<Append: Sendable>: Sendable {
    /// How many appends are synchronised alone before groups form.
    static var mostAlone: Int { 3 }
    /// The most appends of a group; more of them wait for the next one.
    static var mostInGroup: Int { 512 }
    /// How long the synchronisation of a group may take before groups are given up for a while, in nanoseconds.
    static var patience: Int64 { 100_000_000 }
    /// How long they are given up, in nanoseconds.
    static var pause: Int64 { 5_000_000_000 }

    enum Turn: Equatable, Sendable {
        /// Write and synchronise the file, then say `endedAlone`.
        case alone
        /// Take group after group until there is none. The append is in the first.
        case lead
        /// A leader writes it.
        case wait
    }

    private let canShare: Bool
    private var alone = 0
    private var waiting: [Append] = []
    private var isLed = false
    private var pausedUntil = Int64.min

    /// - Parameter canShare: Whether the file system can be synchronised as a whole.
    init(canShare: Bool) { self.canShare = canShare }

    /// What an append does that comes now.
    ///
    /// - Parameter now: The monotonic clock, in nanoseconds.
    mutating func turn(of append: @autoclosure () -> Append, at now: Int64) -> Turn {
        guard canShare, alone >= Self.mostAlone, now >= pausedUntil else {
            alone += 1
            return .alone
        }
        waiting.append(append())
        defer { isLed = true }
        return isLed ? .wait : .lead
    }

    /// An append that was alone has ended, well or not.
    mutating func endedAlone() { alone -= 1 }

    /// The leader's next group, in the order in which they came; empty when it leads no more.
    mutating func nextGroup() -> [Append] {
        let group = Array(waiting.prefix(Self.mostInGroup))
        waiting.removeFirst(group.count)
        if group.isEmpty { isLed = false }
        return group
    }

    /// A group's synchronisation took so long, in nanoseconds, and ended at a time of the monotonic clock.
    mutating func synchronized(in duration: Int64, at now: Int64) {
        if duration > Self.patience { pausedUntil = now + Self.pause }
    }
}
