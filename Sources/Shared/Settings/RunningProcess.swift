import Glibc
package import JobModel

/// A process of this host, as it is told from a later one of its number.
package struct RunningProcess: Equatable, Sendable {
    private let pid: Int32
    /// In clock ticks since the host's start.
    private let start: Int64
    /// What its number belongs to, such as a container: pid_namespaces(7).
    private let namespace: UInt64

    /// This process; nil where the system does not show it.
    package static var own: RunningProcess? {
        guard let start = start(of: getpid()), start > 0, let namespace = ownNamespace else { return nil }
        return RunningProcess(pid: getpid(), start: start, namespace: namespace)
    }

    private init(pid: Int32, start: Int64, namespace: UInt64) {
        self.pid = pid
        self.start = start
        self.namespace = namespace
    }

    /// Reads what `json` wrote; nil for anything else, and for a process that this one cannot see, as one in a container.
    package init?(json: JSONValue?) {
        guard let pid = json?["pid"]?.integerValue.flatMap(Int32.init(exactly:)), pid > 0,
            let start = json?["start"]?.integerValue, start > 0,
            let namespace = json?["namespace"]?.stringValue.flatMap({ UInt64($0) }), namespace == Self.ownNamespace
        else { return nil }
        self.init(pid: pid, start: start, namespace: namespace)
    }

    package var json: JSONValue {
        ["pid": .integer(Int64(pid)), "start": .integer(start), "namespace": .string(String(namespace))]
    }

    /// Whether it is known to have ended, also when nobody has waited for it yet.
    package var hasEnded: Bool { Self.start(of: pid).map { $0 != start } ?? false }

    /// When a process began; 0 when it has ended, nil when that cannot be seen.
    private static func start(of pid: Int32) -> Int64? {
        let file = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        // What is not there may also be hidden (hidepid).
        guard file >= 0 else { return kill(pid, 0) != 0 && errno == ESRCH ? 0 : nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return count < 0 && errno == ESRCH ? 0 : nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        // The program's name may hold anything, also parentheses: the last one ends it.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let members = text[text.index(after: end)...].split(separator: " ")
        // The state is the third of all members, the start the 22nd.
        guard members.count > 19 else { return nil }
        return ["Z", "X"].contains(members[0]) ? 0 : Int64(members[19])
    }

    private static var ownNamespace: UInt64? {
        var status = stat()
        return stat("/proc/self/ns/pid", &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
