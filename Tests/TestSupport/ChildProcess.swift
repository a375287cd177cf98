import CLinux
import Glibc
import Synchronization

/// A program that a test starts, and what becomes of it.
///
/// It ends with the test process, if not before. Its standard output and error come as lines. It is waited for on a thread
/// of its own; Foundation's Process is not used, since it never notices the end of a child that left a daemon behind.
package final class ChildProcess: Sendable {
    /// How the program ended.
    package enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    private struct State {
        var ending: Ending?
        /// Whether all that the program wrote before it ended has been read.
        var hasCaughtUp = false
        var waiters: [CheckedContinuation<Ending, Never>] = []
        var lines: [String] = []
        var lineWaiters: [(matches: @Sendable (String) -> Bool, continuation: CheckedContinuation<String?, Never>)] = []
        var openStreams = 1
    }

    package let pid: Int32
    private let state = Mutex(State())

    /// Starts a program.
    ///
    /// - Parameter arguments: The program's path, or a name to be found in `PATH`, and its arguments.
    /// - Parameter environment: All of its environment; by default that of the test, with `adding` on top.
    /// - Precondition: The program can be started.
    package init(
        _ arguments: [String],
        adding extra: [String: String] = [:],
        removing removed: Set<String> = [],
        directory: String? = nil
    ) {
        var environment = Self.ownEnvironment.filter { !removed.contains($0.key) }
        environment.merge(extra) { _, new in new }
        var ends: [Int32] = [0, 0]
        precondition(clinux_pipe(&ends) == 0, "no pipe is left")
        var pid = pid_t()
        let status = Self.withCStrings(arguments) { argv in
            Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                clinux_spawn(&pid, argv, envp, directory, -1, ends[1])
            }
        }
        precondition(status == 0, "\(arguments[0]) cannot be started: \(String(cString: strerror(status)))")
        close(ends[1])
        self.pid = pid
        Lifeline.shared.end(pid)
        let end = clinux_eventfd_create()
        precondition(end >= 0, "no descriptor is left")
        TestThread.start { [self, pid] in wait(for: pid, telling: end) }
        TestThread.start { [self, descriptor = ends[0]] in
            read(descriptor, until: end)
            close(descriptor)
            close(end)
        }
    }

    /// Sends a signal, if the program has not ended.
    package func signal(_ number: Int32) {
        state.withLock { state in if state.ending == nil { _ = kill(pid, number) } }
    }

    /// Waits until the program has ended and all that it wrote is among its lines.
    package func ended() async -> Ending {
        await withCheckedContinuation { continuation in
            let ending: Ending? = state.withLock { state in
                if state.hasCaughtUp { return state.ending }
                state.waiters.append(continuation)
                return nil
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    /// Whether the program has ended.
    package var hasEnded: Bool { state.withLock { $0.ending != nil } }

    /// Waits for a line, looking first at those that have come.
    ///
    /// - Returns: The line; nil when the program's output ended without it.
    package func line(where matches: @escaping @Sendable (String) -> Bool) async -> String? {
        await withCheckedContinuation { continuation in
            let answer: String?? = state.withLock { state in
                if let line = state.lines.first(where: matches) { return line }
                if state.openStreams == 0 { return .some(nil) }
                state.lineWaiters.append((matches, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Everything the program has written so far.
    package var output: String { state.withLock { $0.lines.joined(separator: "\n") } }

    /// Kills the program and waits for its end.
    package func killAndWait() async {
        signal(SIGKILL)
        _ = await ended()
    }

    private func wait(for pid: pid_t, telling end: Int32) {
        var status: Int32 = 0
        // The signal sender holds the lock, so the pid is not given to another process between its look and its kill.
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        state.withLock { state in
            Lifeline.shared.hasEnded(pid)
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let code = status & 0x7F
            state.ending = code == 0 ? .exited((status >> 8) & 0xFF) : .signalled(code)
        }
        clinux_eventfd_signal(end)
    }

    /// Reads until the output is closed, which may be long after the program's end: what it left running has it too.
    private func read(_ descriptor: Int32, until end: Int32) {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        var watched = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: end, events: Int16(POLLIN), revents: 0),
        ]
        while watched.contains(where: { $0.fd >= 0 }) {
            guard poll(&watched, nfds_t(watched.count), -1) > 0 else { continue }
            if watched[0].fd >= 0, watched[0].revents != 0 {
                let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
                if count > 0 {
                    pending += chunk[..<count]
                    while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                        take(String(decoding: pending[..<end], as: UTF8.self))
                        pending.removeSubrange(...end)
                    }
                } else if count == 0 || errno != EINTR {
                    if !pending.isEmpty { take(String(decoding: pending, as: UTF8.self)) }
                    watched[0].fd = -1
                    tellThatNoLineFollows()
                }
            } else if watched[1].revents != 0 {
                watched[1].fd = -1
                tellOfTheEnd()
            }
        }
    }

    private func tellThatNoLineFollows() {
        let waiters = state.withLock { state in
            state.openStreams = 0
            defer { state.lineWaiters = [] }
            return state.lineWaiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    private func tellOfTheEnd() {
        let (ending, waiters) = state.withLock { state in
            state.hasCaughtUp = true
            defer { state.waiters = [] }
            return (state.ending, state.waiters)
        }
        guard let ending else { preconditionFailure("the end of \(pid) is told of before it is known") }
        for waiter in waiters { waiter.resume(returning: ending) }
    }

    private func take(_ line: String) {
        let waiters = state.withLock { state in
            state.lines.append(line)
            let matching = state.lineWaiters.filter { $0.matches(line) }
            state.lineWaiters.removeAll { $0.matches(line) }
            return matching
        }
        for waiter in waiters { waiter.continuation.resume(returning: line) }
    }

    private static var ownEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    private static func withCStrings<Value>(
        _ texts: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
