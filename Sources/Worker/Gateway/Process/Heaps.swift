import CLinux

/// The memory of the process, which large requests and answers come and go in.
enum Heaps {
    /// How often it is looked what lies free.
    private static let look = Duration.seconds(1)
    /// How much may lie free: 64 MiB.
    private static let mostFree = 64 << 20

    /// Has what is large be taken from the system, and given back to it.
    static func bound() { clinux_bound_heaps() }

    /// Gives back what lies free, until the task is cancelled.
    static func keepSmall() async {
        while true {
            do {
                try await ContinuousClock().sleep(for: look)
            } catch {
                return
            }
            clinux_trim_heaps(mostFree)
        }
    }
}
