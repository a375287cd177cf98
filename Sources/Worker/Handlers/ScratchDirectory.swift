import Glibc
import JobModel

/// A directory of one attempt, made when it is first asked for.
final class ScratchDirectory: Sendable {
    /// Where it lies; its artifacts lie in the folder `artifacts` below.
    let path: String

    /// - Parameter root: The directory of all scratch directories of the worker.
    init(root: String, job: JobID, epoch: LeaseEpoch) { path = "\(root)/\(job)-\(epoch)" }

    var artifacts: String { path + "/artifacts" }
    var output: String { path + "/output.json" }

    /// Makes the directory and its folder for artifacts.
    func make() throws(JobFailure) {
        for directory in [path, artifacts] where mkdir(directory, 0o700) != 0 && errno != EEXIST {
            throw JobFailure(
                code: "scratch",
                message: "the directory \(directory) cannot be made: \(String(cString: strerror(errno)))"
            )
        }
    }
}
