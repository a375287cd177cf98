import CLinux
import Glibc
import Synchronization

/// Ends processes and removes directories when the test process ends, however it ends.
final class Lifeline: Sendable {
    static let shared = Lifeline()

    private let descriptor: Int32

    private init() {
        var ends: [Int32] = [0, 0]
        precondition(clinux_pipe(&ends) == 0, "no pipe is left")
        // The shell reads pids and kills them all at the end of its input, which comes with the end of this process.
        let script = """
            pids= directories=
            while read verb what; do
                case $verb in
                end) pids="$pids $what" ;;
                ended) left=; for pid in $pids; do [ $pid = $what ] || left="$left $pid"; done; pids=$left ;;
                remove) directories="$directories $what" ;;
                esac
            done
            kill -QUIT $pids 2>/dev/null
            for try in 1 2 3 4 5 6 7 8 9 10; do kill -0 $pids 2>/dev/null || break; sleep 0.2; done
            kill -KILL $pids 2>/dev/null
            rm -rf $directories
            """
        let words: [String] = ["sh", "-c", script]
        // Not the outputs of this process: who reads them would wait for the shell, too, and removing takes its time.
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        precondition(nowhere >= 0, "/dev/null cannot be opened")
        let arguments = words.map { strdup($0) }
        var pid = pid_t()
        let status = clinux_spawn(&pid, arguments + [nil], environ, nil, ends[0], nowhere)
        close(nowhere)
        for argument in arguments { free(argument) }
        precondition(status == 0, "sh cannot be started")
        close(ends[0])
        descriptor = ends[1]
    }

    /// Has a process ended with this one.
    func end(_ pid: pid_t) { tell("end \(pid)") }

    /// Says that a process has ended: its number may soon be another's.
    func hasEnded(_ pid: pid_t) { tell("ended \(pid)") }

    /// Has a directory removed with this process's end.
    func remove(_ directory: String) { tell("remove \(directory)") }

    private func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
