import CLinux
import Glibc
import JobModel

/// The directory below which a worker process makes the scratch directories of its attempts.
///
/// The process holds a lock on it (flock(2)) as long as it lives. Whoever makes one first removes those beside it that
/// nobody holds: their workers were killed.
final class ScratchRoot: Sendable {
    static let prefix = "chassis-worker-"

    let path: String
    private let descriptor: Int32

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
            self.descriptor = descriptor
            return
        }
    }

    deinit { close(descriptor) }

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
