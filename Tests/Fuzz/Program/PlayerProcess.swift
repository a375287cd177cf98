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

    /// How often it is looked at what a player holds: in between it may take some 100 MiB.
    private static let lookMilliseconds: Int32 = 20

    let ending: Ending
    /// What it wrote, such as the message of a trap.
    let output: String

    /// Starts this program with other arguments, and waits for its end.
    ///
    /// - Parameter resident: The memory that it may hold, in MiB: it is killed when it has more; 0 for no limit.
    init(_ arguments: [String], environment: [String], resident: Int) {
        var ends: [Int32] = [0, 0]
        precondition(clinux_pipe(&ends) == 0, "no pipe is left")
        var pid = pid_t()
        let words = (["/proc/self/exe"] + arguments).map { strdup($0) }
        let variables = environment.map { strdup($0) }
        let status = clinux_spawn(&pid, words + [nil], variables + [nil], nil, -1, ends[1])
        for text in words + variables { free(text) }
        precondition(status == 0, "a player cannot be started: \(String(cString: strerror(status)))")
        close(ends[1])
        let isKilled: Bool
        (output, isKilled) = Self.read(ends[0], of: pid, resident: resident)
        var code: Int32 = 0
        while waitpid(pid, &code, 0) < 0 && errno == EINTR {}
        let signal = code & 0x7F
        if isKilled {
            ending = .failed("takes more than \(resident) MiB of memory")
        } else if code == 0 {
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
    ///
    /// - Returns: Whether the process was killed, too, since it held too much.
    private static func read(
        _ descriptor: Int32,
        of process: pid_t,
        resident: Int
    ) -> (text: String, isKilled: Bool) {
        var text: [UInt8] = []
        var isKilled = false
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var reading = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            if poll(&reading, 1, resident > 0 ? lookMilliseconds : -1) > 0 {
                let count = Glibc.read(descriptor, &chunk, chunk.count)
                if count == 0 || count < 0 && errno != EINTR { break }
                text = (text + chunk[..<max(0, count)]).suffix(1 << 16)
            }
            if resident > 0, !isKilled, held(by: process) > resident << 20 {
                // It is not waited for yet, so its number is nobody else's.
                kill(process, SIGKILL)
                isKilled = true
            }
        }
        close(descriptor)
        return (String(decoding: text, as: UTF8.self), isKilled)
    }

    /// What a process holds of the memory, in bytes; nothing where it has ended.
    private static func held(by process: pid_t) -> Int {
        // The second number, in pages.
        let numbers = String(decoding: ProjectFile.read("/proc/\(process)/statm") ?? [], as: UTF8.self).split(
            separator: " "
        )
        return numbers.count > 1 ? (Int(numbers[1]) ?? 0) * Int(getpagesize()) : 0
    }
}
