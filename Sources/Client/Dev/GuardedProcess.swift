import CLinux
import Glibc
import Synchronization
import Threads

/// A program under `chassis-guard`: when this process ends, in whatever way, the program and all that came of it end too.
///
/// The guard reads its lifeline from a pipe whose other end is here.
final class GuardedProcess: Sendable {
    private struct State {
        var ending: ProcessEnding?
        var lifeline: Int32
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    /// What it is called in messages.
    let name: String
    /// The file that its standard output and error go to.
    let log: String
    private let guardian: pid_t
    private let state: Mutex<State>

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: The program, found in `PATH` when it has no slash, and its arguments.
    ///   - log: Is appended to.
    ///   - directory: Where it runs; nil for where this process runs.
    ///   - grace: How long it has between SIGTERM and SIGKILL once it is asked to stop.
    init(
        _ command: [String],
        name: String,
        guardPath: String,
        log: String,
        environment: [String: String],
        directory: String? = nil,
        grace: Duration = .seconds(5)
    ) throws(ClientError) {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw LocalFile.fault(log) }
        defer { close(output) }
        LeftoverProcesses.hold(output)
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw LocalFile.fault(name) }
        defer { close(ends[0]) }
        let milliseconds = grace.components.seconds * 1000
        let arguments = [guardPath, "--grace-ms", String(milliseconds), "--"] + command
        var pid = pid_t()
        let status = Self.withCStrings(arguments) { argv in
            Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                clinux_spawn(&pid, argv, envp, directory, ends[0], output)
            }
        }
        guard status == 0 else {
            close(ends[1])
            throw .dev(
                what: "\(guardPath) cannot be started: \(String(cString: strerror(status)).lowercased())",
                wayOut: nil
            )
        }
        self.name = name
        self.log = log
        guardian = pid
        state = Mutex(State(lifeline: ends[1]))
        PlainThread.start(named: "wait-child") { [self] in waitForGuard() }
    }

    /// The program's own process: the only child of the guard while it runs; nil before it started and after it ended.
    var pid: pid_t? {
        let path = "/proc/\(guardian)/task/\(guardian)/children"
        // The file goes away with the guard.
        guard let text = try? LocalFile.readText(path, maximumBytes: 4096) else { return nil }
        return text.split(separator: " ").first.flatMap { pid_t($0) }
    }

    /// How it ended; nil while it runs.
    var ending: ProcessEnding? { state.withLock(\.ending) }

    /// Returns when it has ended, whether or not the task is cancelled.
    func waitForEnd() async { await wait(as: newWaiter()) { false } }

    /// Returns when it has ended, or when the task is cancelled.
    func waitForEndOrCancellation() async {
        let waiter = newWaiter()
        await withTaskCancellationHandler {
            await wait(as: waiter) { Task.isCancelled }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
        }
    }

    /// Waits until it has ended, at most for `limit`.
    ///
    /// - Returns: How it ended; nil when it still runs.
    func ending(within limit: Duration, clock: ContinuousClock) async -> ProcessEnding? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForEndOrCancellation() }
            // A sleep that is cut short only means that the end came first.
            group.addTask { try? await clock.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return ending
    }

    /// Has the whole tree end: SIGTERM now, SIGKILL after the grace.
    func askToStop() {
        state.withLock { state in
            guard state.lifeline >= 0 else { return }
            close(state.lifeline)
            state.lifeline = -1
        }
    }

    /// Signals the program itself.
    func signal(_ number: Int32) {
        guard ending == nil, let pid else { return }
        kill(pid, number)
    }

    /// The last line of the log that is not empty.
    var lastWords: String { LogTail.lastLine(of: log) }

    private func newWaiter() -> Int {
        state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
    }

    private func wait(as waiter: Int, unless isOver: () -> Bool) async {
        await withCheckedContinuation { continuation in
            let returnsNow = state.withLock { state in
                if state.ending != nil || isOver() { return true }
                state.waiters[waiter] = continuation
                return false
            }
            if returnsNow { continuation.resume() }
        }
    }

    private func waitForGuard() {
        var status: Int32 = 0
        while waitpid(guardian, &status, 0) < 0, errno == EINTR {}
        let waiters = state.withLock { state in
            state.ending = ProcessEnding(waitStatus: status)
            if state.lifeline >= 0 { close(state.lifeline) }
            state.lifeline = -1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
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
