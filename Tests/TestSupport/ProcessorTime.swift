import Glibc

/// The time that a thread has had a processor, which is the same on a busy machine and on an idle one.
package enum ProcessorTime {
    /// What the calling thread needs for something.
    package static func taken(by body: () throws -> Void) rethrows -> Duration {
        let begin = now()
        try body()
        return now() - begin
    }

    private static func now() -> Duration {
        var time = timespec()
        precondition(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0, "the thread has no clock")
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
