import Glibc
import Synchronization

/// A named pipe that a program reads as its standard input, for what is written while it runs.
///
/// The guard's own standard input is its lifeline, so what goes to the program takes this way. We hold both of its ends,
/// so opening it waits for nobody, writing to a program that is gone ends nothing, and the program reads the end when
/// this is closed.
final class InputPipe: Sendable {
    /// The most bytes that may wait for a program that does not read.
    static let maximumWaiting = 16 << 20
    /// How long the writer waits before it looks whether a full pipe has room again.
    private static let patience: Duration = .milliseconds(5)

    private struct State {
        var file: Int32
        var waiting: [UInt8] = []
        var isWriting = false
    }

    let path: String
    private let clock: any Clock<Duration>
    private let state: Mutex<State>

    /// Makes the pipe in a directory that is nobody else's.
    init(in directory: String, clock: any Clock<Duration>) throws(ToolsError) {
        path = "\(directory)/pipe-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        self.clock = clock
        guard mkfifo(path, 0o600) == 0 else { throw .noSystemResource(what: "a pipe in \(directory)", errno: errno) }
        let file = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            let number = errno
            unlink(path)
            throw .noSystemResource(what: "opening a pipe in \(directory)", errno: number)
        }
        state = Mutex(State(file: file))
    }

    deinit { close() }

    /// Writes the bytes behind those that wait; false when nobody reads them, or the pipe is closed.
    func send(_ bytes: [UInt8]) -> Bool {
        let begins = state.withLock { state -> Bool? in
            guard state.file >= 0, state.waiting.count + bytes.count <= Self.maximumWaiting else { return nil }
            state.waiting += bytes
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins == true { Task { await write() } }
        return begins != nil
    }

    /// Lets the program read the end.
    func close() {
        state.withLock { state in
            guard state.file >= 0 else { return }
            // First, or a program that is just opening it would wait for a writer that never comes.
            unlink(path)
            Glibc.close(state.file)
            state.file = -1
            state.waiting = []
        }
    }

    private func write() async {
        while !state.withLock({ Self.write(&$0) }) {
            // Not cancelled: nobody knows this task.
            try? await clock.sleep(for: Self.patience)
        }
    }

    /// Writes what fits; false when something is left.
    private static func write(_ state: inout State) -> Bool {
        var written = 0
        while state.file >= 0, written < state.waiting.count {
            let count = state.waiting.withUnsafeBytes {
                Glibc.write(state.file, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { break }
            written += count
        }
        state.waiting.removeFirst(min(written, state.waiting.count))
        state.isWriting = state.file >= 0 && !state.waiting.isEmpty
        return !state.isWriting
    }
}
