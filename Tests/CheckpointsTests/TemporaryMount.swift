import Glibc

/// A small file system in memory, for stores that run full or become read-only.
///
/// Only root may mount one.
struct TemporaryMount {
    private struct Refusal: Error { let code: Int32 }

    static var isPossible: Bool { geteuid() == 0 }

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
