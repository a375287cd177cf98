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
        TestThread.start { [self, pid] in wait(for: pid) }
        TestThread.start { [self, descriptor = ends[0]] in read(descriptor) }
    }

    /// Sends a signal, if the program has not ended.
    package func signal(_ number: Int32) {
        state.withLock { state in if state.ending == nil { _ = kill(pid, number) } }
    }

    /// Waits until the program has ended.
    package func ended() async -> Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.waiters.append(continuation) }
                return state.ending
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

    private func wait(for pid: pid_t) {
        var status: Int32 = 0
        // The signal sender holds the lock, so the pid is not given to another process between its look and its kill.
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let (ending, waiters) = state.withLock { state in
            Lifeline.shared.hasEnded(pid)
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let code = status & 0x7F
            let ending: Ending = code == 0 ? .exited((status >> 8) & 0xFF) : .signalled(code)
            state.ending = ending
            defer { state.waiters = [] }
            return (ending, state.waiters)
        }
        for waiter in waiters { waiter.resume(returning: ending) }
    }

    private func read(_ descriptor: Int32) {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            pending += chunk[..<count]
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                take(String(decoding: pending[..<end], as: UTF8.self))
                pending.removeSubrange(...end)
            }
        }
        close(descriptor)
        if !pending.isEmpty { take(String(decoding: pending, as: UTF8.self)) }
        let waiters = state.withLock { state in
            state.openStreams = 0
            defer { state.lineWaiters = [] }
            return state.lineWaiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
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
