import CLinux
import Glibc
import JobModel

/// The directory below which a worker process makes the scratch directories of its attempts.
enum ScratchRoot {
    /// Makes a new one below the system's directory for temporary files.
    static func make() throws(JobFailure) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(parent)/chassis-worker-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw JobFailure(
                code: "scratch",
                message: "no directory can be made in \(parent): \(String(cString: strerror(errno))); set TMPDIR"
            )
        }
        return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a directory and all that lies in it; what cannot be removed stays.
    static func remove(_ path: String) {
        clinux_remove_tree(path)
    }
}
