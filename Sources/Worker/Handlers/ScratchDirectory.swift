import Glibc
import JobModel

/// A directory of one attempt, made when it is first asked for.
final class ScratchDirectory: Sendable {
    /// Where it lies; its artifacts lie in the folder `artifacts` below.
    let path: String
    private let root: String

    /// - Parameter root: The directory of all scratch directories of the worker.
    init(root: String, job: JobID, epoch: LeaseEpoch) {
        self.root = root
        path = "\(root)/\(job)-\(epoch)"
    }

    var artifacts: String { path + "/artifacts" }
    var output: String { path + "/output.json" }

    /// Makes the directory and its folder for artifacts.
    ///
    /// The root is made again when it is gone: what cleans up `/tmp` takes what nobody has used for days.
    func make() throws(JobFailure) {
        var status = stat()
        if mkdir(root, 0o700) != 0, errno != EEXIST { throw Self.failure(root) }
        guard lstat(root, &status) == 0 else { throw Self.failure(root) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            throw JobFailure(
                code: "scratch",
                message: "\(root) is not the worker's own directory any more; start the worker again"
            )
        }
        for directory in [path, artifacts] where mkdir(directory, 0o700) != 0 && errno != EEXIST {
            throw Self.failure(directory)
        }
    }

    private static func failure(_ directory: String) -> JobFailure {
        JobFailure(
            code: "scratch",
            message: "the directory \(directory) cannot be made: \(String(cString: strerror(errno)))"
        )
    }
}
