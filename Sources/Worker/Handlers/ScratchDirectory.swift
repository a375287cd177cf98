import Glibc
import JobModel

/// A directory of one attempt, or of one round of it, made when it is first asked for.
final class ScratchDirectory: Sendable {
    /// Where it lies; its artifacts lie in the folder `artifacts` below.
    let path: String
    private let root: ScratchRoot

    /// - Parameters:
    ///   - root: The directory of all scratch directories of the worker.
    ///   - round: The round of a job that is repeated, counted from 1: each begins as an attempt does, with nothing.
    init(root: ScratchRoot, job: JobID, epoch: LeaseEpoch, round: Int = 1) {
        self.root = root
        path = "\(root.path)/\(job)-\(epoch)" + (round > 1 ? "-\(round)" : "")
    }

    var artifacts: String { path + "/artifacts" }
    var output: String { path + "/output.json" }

    /// Makes the directory and its folder for artifacts, and the root when it is gone.
    ///
    /// - Throws: What a step may throw on: nothing was called yet, so no outcome is unknown.
    func make() throws(StepFailure) {
        do {
            try root.restore()
        } catch {
            throw StepFailure(failure: error, unknownCalls: 0)
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
