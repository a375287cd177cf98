import Glibc

/// What the tests see of other processes.
enum ProcessTree {
    /// The processes, zombies left out, whose command line holds `mark`.
    static func processes(marked mark: String) -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = pid_t(name), process != getpid() else { continue }
            if text("/proc/\(name)/cmdline").contains(mark) { found.append(process) }
        }
        return found
    }

    /// Everything a file of /proc holds, empty when it is gone.
    static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = read(file, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns when no process bears the mark; the suite's time limit ends a wait that never would.
    static func noneIsLeft(marked mark: String) async {
        while !processes(marked: mark).isEmpty { await Task.yield() }
    }
}
