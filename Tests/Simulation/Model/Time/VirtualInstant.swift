/// A moment of a process's monotonic clock, in milliseconds.
struct VirtualInstant: InstantProtocol {
    var milliseconds: Int

    func advanced(by duration: Duration) -> VirtualInstant {
        let (seconds, attoseconds) = duration.components
        return VirtualInstant(
            milliseconds: milliseconds + Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        )
    }

    func duration(to other: VirtualInstant) -> Duration { .milliseconds(other.milliseconds - milliseconds) }

    static func < (left: VirtualInstant, right: VirtualInstant) -> Bool { left.milliseconds < right.milliseconds }
}
