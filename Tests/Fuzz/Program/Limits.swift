import Glibc

/// What one input may take.
struct Limits: Sendable {
    /// The processor's time for one input, in seconds.
    var seconds = 5
    /// The time of the clock for one input, in seconds: a parser that waits takes nothing of the processor.
    var wallSeconds = 60
    /// The memory of the player, in MiB.
    var memory = 768
    /// The stack, in KiB: less than any thread of the programs has.
    var stack = 1024

    /// Sets the limit of memory, for this process.
    func limitMemory() {
        guard memory > 0 else { return }
        var data = rlimit(rlim_cur: rlim_t(memory) << 20, rlim_max: rlim_t(memory) << 20)
        precondition(setrlimit(__rlimit_resource_t(2), &data) == 0, "no limit of memory can be set")
    }

    /// Sets the limit of the stack for the threads of processes that are started from now on.
    func limitStacks() {
        var most = rlimit()
        precondition(getrlimit(__rlimit_resource_t(3), &most) == 0, "the limit of the stack cannot be read")
        most.rlim_cur = min(rlim_t(stack) << 10, most.rlim_max)
        precondition(setrlimit(__rlimit_resource_t(3), &most) == 0, "no limit of the stack can be set")
        var core = rlimit(rlim_cur: 0, rlim_max: 0)
        precondition(setrlimit(__rlimit_resource_t(4), &core) == 0, "core files cannot be turned off")
    }

    /// Begins to count for an input: at the end of the processor's time SIGPROF ends the process, at that of the clock's SIGALRM.
    func beginInput() {
        for (which, seconds) in [(2, seconds), (0, wallSeconds)] {
            var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: seconds, tv_usec: 0))
            precondition(setitimer(__itimer_which_t(UInt32(which)), &timer, nil) == 0, "no timer can be set")
        }
    }

    /// The processor's time that this process took, in microseconds.
    static var processorTime: Int {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return now.tv_sec * 1_000_000 + now.tv_nsec / 1000
    }
}
