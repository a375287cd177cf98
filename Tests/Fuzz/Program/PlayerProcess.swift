import CLinux
import Glibc

/// A player in a process of its own.
struct PlayerProcess {
    /// How it ended.
    enum Ending: Equatable {
        case passed
        case failed(String)

        /// It waited for what does not come.
        static let blocked = Ending.failed("waits and does not end")
    }

    let ending: Ending
    /// What it wrote, such as the message of a trap.
    let output: String

    /// Starts this program with other arguments, and waits for its end.
    init(_ arguments: [String], environment: [String]) {
        var ends: [Int32] = [0, 0]
        precondition(clinux_pipe(&ends) == 0, "no pipe is left")
        var pid = pid_t()
        let words = (["/proc/self/exe"] + arguments).map { strdup($0) }
        let variables = environment.map { strdup($0) }
        let status = clinux_spawn(&pid, words + [nil], variables + [nil], nil, -1, ends[1])
        for text in words + variables { free(text) }
        precondition(status == 0, "a player cannot be started: \(String(cString: strerror(status)))")
        close(ends[1])
        output = Self.read(ends[0])
        var code: Int32 = 0
        while waitpid(pid, &code, 0) < 0 && errno == EINTR {}
        let signal = code & 0x7F
        if code == 0 {
            ending = .passed
        } else if signal == SIGPROF {
            ending = .failed("takes too long")
        } else if signal == SIGALRM {
            ending = .blocked
        } else {
            ending = .failed(signal == 0 ? "exit \((code >> 8) & 0xFF)" : String(cString: strsignal(signal)))
        }
    }

    /// The last bytes that come.
    private static func read(_ descriptor: Int32) -> String {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = Glibc.read(descriptor, &chunk, chunk.count), count != 0 {
            guard count > 0 else {
                if errno == EINTR { continue }
                break
            }
            text = (text + chunk[..<count]).suffix(1 << 16)
        }
        close(descriptor)
        return String(decoding: text, as: UTF8.self)
    }
}
