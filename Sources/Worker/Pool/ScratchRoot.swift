import CLinux
import Glibc
import JobModel
import Synchronization

/// The directory below which a worker process makes the scratch directories of its attempts.
///
/// The process holds a lock on it (flock(2)) as long as it lives. Whoever makes one first removes those beside it that
/// nobody holds: their workers were killed.
final class ScratchRoot: Sendable {
    static let prefix = "chassis-worker-"

    let path: String
    /// The descriptor that the lock hangs on.
    private let descriptor: Mutex<Int32>

    /// Makes a new one.
    ///
    /// - Parameter parent: Where; by default `TMPDIR`, or `/tmp`.
    init(in parent: String? = nil) throws(JobFailure) {
        let parent = parent ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        Self.removeAbandoned(in: parent)
        while true {
            var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw Self.failure(in: parent) }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            // Another worker that began just now may have held it to be abandoned before it was locked.
            if descriptor < 0, errno == ENOENT { continue }
            guard descriptor >= 0 else { throw Self.failure(in: parent) }
            flock(descriptor, LOCK_EX)
            guard access(path, F_OK) == 0 else {
                close(descriptor)
                continue
            }
            self.path = path
            self.descriptor = Mutex(descriptor)
            return
        }
    }

    deinit { descriptor.withLock { _ = close($0) } }

    /// Makes the directory again when it is gone, and holds that one: systems remove what lies long unused in their
    /// directory for temporary files.
    func restore() throws(JobFailure) {
        try descriptor.withLock { held throws(JobFailure) in
            while true {
                let found = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                if found < 0, errno == ENOENT {
                    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Self.failure(in: path) }
                    continue
                }
                guard found >= 0, let status = Self.status(of: found), status.st_uid == geteuid() else {
                    if found >= 0 { close(found) }
                    // Whoever owns it could put other files in the place of ours.
                    throw JobFailure(
                        code: "scratch",
                        message: "the directory \(path) belongs to somebody else; remove it, or set TMPDIR"
                    )
                }
                if status.st_ino == Self.status(of: held)?.st_ino {
                    close(found)
                    return
                }
                close(held)
                held = found
                // Somebody may hold it to be abandoned just now, and remove it.
                flock(found, LOCK_EX)
            }
        }
    }

    private static func status(of descriptor: Int32) -> stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    /// Removes the directory and all that lies in it; what cannot be removed stays.
    func remove() { clinux_remove_tree(path) }

    private static func removeAbandoned(in parent: String) {
        guard let directory = opendir(parent) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
                    String(cString: $0)
                }
            }
            if name.hasPrefix(prefix) { removeIfAbandoned("\(parent)/\(name)") }
        }
    }

    private static func removeIfAbandoned(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), flock(descriptor, LOCK_EX | LOCK_NB) == 0
        else { return }
        clinux_remove_tree(path)
    }

    private static func failure(in parent: String) -> JobFailure {
        JobFailure(
            code: "scratch",
            message: "no directory can be made in \(parent): \(String(cString: strerror(errno))); set TMPDIR"
        )
    }
}
