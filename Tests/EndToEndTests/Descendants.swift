import Glibc

/// A process and all that came of it.
enum Descendants {
    /// The processes below one, zombies left out; those that start or end meanwhile may be missed.
    static func of(_ pid: pid_t) -> [pid_t] {
        var children: [pid_t: [pid_t]] = [:]
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = pid_t(name) else { continue }
            // The name before the last bracket may hold anything.
            let fields = Fleet.read("/proc/\(name)/stat").split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 1, fields[0] != "Z", let parent = pid_t(String(fields[1])) else { continue }
            children[parent, default: []].append(process)
        }
        var found: [pid_t] = []
        var pending = [pid]
        while let process = pending.popLast() {
            found += children[process] ?? []
            pending += children[process] ?? []
        }
        return found
    }

    /// Whether a process runs; one that has ended and that nobody has asked for does not.
    static func isRunning(_ process: pid_t) -> Bool {
        let state = Fleet.read("/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ").first
        return state != nil && state != "Z"
    }

    /// The processes whose command line holds a text.
    static func marked(_ mark: String) -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = pid_t(name), Fleet.read("/proc/\(name)/cmdline").contains(mark) else { continue }
            found.append(process)
        }
        return found
    }

    /// Whether a process was stopped by a signal.
    static func isStopped(_ pid: pid_t) -> Bool {
        Fleet.read("/proc/\(pid)/stat").split(separator: ")").last?.hasPrefix(" T ") ?? false
    }

    /// Returns when a process has none; the test's time limit ends a wait that never would.
    static func noneIsLeft(below pid: pid_t) async {
        while !of(pid).isEmpty { await Task.yield() }
    }
}
