import Glibc
import Synchronization
import Threads

/// SIGINT, SIGTERM and SIGHUP as a stream.
enum Signals {
    /// The end of the pipe that the handler writes to; -1 until the first stream.
    ///
    /// A signal handler may use little more than an atomic and `write`.
    private static let pipe = Atomic<Int32>(-1)
    private static let listeners = Mutex<[AsyncStream<Int32>.Continuation]>([])

    /// From now on, the signals that arrive; they no longer end the process by themselves.
    static func stream() -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        listeners.withLock { all in
            if all.isEmpty { install() }
            all.append(continuation)
        }
        return stream
    }

    private static func install() {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pipe.store(ends[1], ordering: .releasing)
        let reading = ends[0]
        PlainThread.start(named: "signals") { read(from: reading) }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let before = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(Signals.pipe.load(ordering: .acquiring), &byte, 1)
            errno = before
        }
        action.sa_flags = Int32(SA_RESTART)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaction(number, &action, nil) }
    }

    private static func read(from descriptor: Int32) {
        var byte: UInt8 = 0
        while true {
            let count = Glibc.read(descriptor, &byte, 1)
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                return
            }
            listeners.withLock { $0.forEach { _ = $0.yield(Int32(byte)) } }
        }
    }
}
