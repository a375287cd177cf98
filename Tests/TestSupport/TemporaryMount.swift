import Glibc

/// A small file system in memory, for stores that run full or become read-only.
///
/// Only root may mount one.
package struct TemporaryMount {
    private struct Refusal: Error { let code: Int32 }

    package static var isPossible: Bool { geteuid() == 0 }

    package let path: String

    package init(at path: String, options: String) throws {
        guard mount("tmpfs", path, "tmpfs", 0, options) == 0 else { throw Refusal(code: errno) }
        self.path = path
    }

    package func makeReadOnly() throws { try remount(UInt(MS_REMOUNT | MS_RDONLY), nil) }

    /// Gives it other options, such as another size; it is writable then.
    package func change(to options: String) throws { try remount(UInt(MS_REMOUNT), options) }

    package func unmount() { umount2(path, Int32(MNT_DETACH)) }

    private func remount(_ flags: UInt, _ options: String?) throws {
        guard mount(nil, path, nil, flags, options) == 0 else { throw Refusal(code: errno) }
    }
}
