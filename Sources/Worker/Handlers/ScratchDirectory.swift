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
    /// Also the root, when it is gone: systems remove what lies long unused in their directory for temporary files.
    ///
    /// - Throws: What a step may throw on: nothing was called yet, so no outcome is unknown.
    func make() throws(StepFailure) {
        try Self.makeDirectory(root)
        var status = stat()
        guard lstat(root, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            // Whoever owns it could put other files in the place of ours.
            throw Self.failure("the directory \(root) belongs to somebody else; remove it, or set TMPDIR")
        }
        try Self.makeDirectory(path)
        try Self.makeDirectory(artifacts)
    }

    private static func makeDirectory(_ path: String) throws(StepFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw failure("the directory \(path) cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    private static func failure(_ message: String) -> StepFailure {
        StepFailure(failure: JobFailure(code: "scratch", message: message), unknownCalls: 0)
    }
}
