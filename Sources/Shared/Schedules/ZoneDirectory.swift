import Glibc
import Synchronization

/// The time zone database of the system.
///
/// A zone is read again when its file has changed, so that an update of the database counts without a restart.
package final class ZoneDirectory: Sendable {
    /// Where the database lies: `TZDIR`, or `/usr/share/zoneinfo`.
    package static let system = ZoneDirectory(getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo")
    /// The largest file that is read; the largest there is has 4 KiB.
    private static let maximumBytes = 1 << 20

    private struct Cached: Sendable {
        let zone: Zone
        let changedAt: Int
        let size: Int
    }

    private let path: String
    private let cache = Mutex<[String: Cached]>([:])

    package init(_ path: String) { self.path = path }

    /// The zone of a name.
    package func zone(_ name: String) throws(ZoneError) -> Zone {
        guard Self.isName(name) else { throw unknown(name) }
        var status = stat()
        guard stat(path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            if name == Zone.utc.name { return .utc }
            throw unknown(name)
        }
        let changedAt = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        let size = Int(status.st_size)
        let known = cache.withLock { $0[name] }
        if let known, known.changedAt == changedAt, known.size == size { return known.zone }
        guard let bytes = read(name) else { throw .damaged(name: name, reason: String(cString: strerror(errno))) }
        guard bytes.starts(with: "TZif".utf8) else { throw unknown(name) }
        let zone = try Zone(name: name, parsing: bytes)
        cache.withLock { $0[name] = Cached(zone: zone, changedAt: changedAt, size: size) }
        return zone
    }

    /// All names, in no order.
    package func names() -> [String] {
        var names: [String] = []
        collect("", depth: 0, &names)
        return names
    }

    private static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count), !name.hasPrefix("/"), !name.hasSuffix("/") else { return false }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isMade = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isMade && parts.allSatisfy { !$0.isEmpty }
    }

    private func unknown(_ name: String) -> ZoneError {
        let names = names()
        guard !names.isEmpty else { return .noDatabase(directory: path) }
        return .unknown(name: name, near: NearestName.of(name, among: names))
    }

    private func read(_ name: String) -> [UInt8]? {
        let descriptor = open(path + "/" + name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8_192)
        while bytes.count < Self.maximumBytes {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private func collect(_ folder: String, depth: Int, _ names: inout [String]) {
        guard depth < 4, let directory = opendir(path + "/" + folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard Self.isName(name), let first = name.first, first.isUppercase else { continue }
            let whole = folder.isEmpty ? name : folder + "/" + name
            var status = stat()
            guard stat(path + "/" + whole, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                collect(whole, depth: depth + 1, &names)
            } else {
                names.append(whole)
            }
        }
    }
}
