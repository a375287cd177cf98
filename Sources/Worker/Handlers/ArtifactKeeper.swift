import Checkpoints
import Glibc
import JobModel
import Storage

/// Takes the files that a program left in its folder for artifacts to the object store.
struct ArtifactKeeper: Sendable {
    /// The most files one attempt may leave.
    static let maximumFiles = 1000

    let store: DirectoryStore

    /// Keeps every file below `directory`, under its path from there.
    ///
    /// - Throws: `JobFailure` for a name that cannot be kept, `CheckpointError` when the store refuses.
    func keep(filesIn directory: String, of job: ClaimedJob) async throws {
        let reference = JobReference(run: job.run, job: job.id)
        for name in try Self.files(in: directory) {
            let artifact = Artifact(job: reference, epoch: job.epoch, name: try ArtifactName(name))
            try await store.putArtifact(artifact, fromFile: directory + "/" + name)
        }
    }

    private static let unreadableName = JobFailure(
        code: "artifacts",
        message: "the name of an artifact is not UTF-8",
        isPermanent: true
    )

    /// The paths of the regular files below a directory; links are not followed.
    private static func files(in directory: String) throws(JobFailure) -> [String] {
        var found: [String] = []
        var pending = [""]
        while let folder = pending.popLast() {
            guard let entries = opendir(directory + "/" + folder) else { continue }
            defer { closedir(entries) }
            while let entry = readdir(entries) {
                let text = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
                }
                guard let name = text else { throw unreadableName }
                guard name != ".", name != ".." else { continue }
                let path = folder.isEmpty ? name : folder + "/" + name
                var status = stat()
                guard lstat(directory + "/" + path, &status) == 0 else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFDIR: pending.append(path)
                case S_IFREG: found.append(path)
                default: break
                }
                guard found.count <= maximumFiles else {
                    throw JobFailure(
                        code: "artifacts",
                        message: "the program left more than \(maximumFiles) artifacts",
                        isPermanent: true
                    )
                }
            }
        }
        return found.sorted()
    }
}
