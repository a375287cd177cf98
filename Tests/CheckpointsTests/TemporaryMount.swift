import Glibc

/// A small file system in memory, for stores that run full or become read-only.
///
/// Only root may mount one, and in a container not even root.
struct TemporaryMount {
    private struct Refusal: Error { let code: Int32 }

    /// Whether this process has the capability `CAP_SYS_ADMIN`.
    static let isPossible = {
        guard let status = fopen("/proc/self/status", "r") else { return false }
        defer { fclose(status) }
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = fread(&buffer, 1, buffer.count, status)
        let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let capabilities = line.flatMap { UInt64($0.dropFirst(7).drop { $0.isWhitespace }, radix: 16) } ?? 0
        return capabilities & 1 << 21 != 0
    }()

    let path: String

    init(at path: String, options: String) throws {
        guard mount("tmpfs", path, "tmpfs", 0, options) == 0 else { throw Refusal(code: errno) }
        self.path = path
    }

    func makeReadOnly() throws {
        guard mount(nil, path, nil, UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else {
            throw Refusal(code: errno)
        }
    }

    func unmount() { umount2(path, Int32(MNT_DETACH)) }
}
