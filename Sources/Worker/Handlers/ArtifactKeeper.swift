import Checkpoints
import Glibc
import JobModel
import Storage

/// Takes the files that a program left in its folder for artifacts to the object store.
struct ArtifactKeeper: Sendable {
    /// The most files one attempt may leave.
    static let maximumFiles = 1000

    let store: DirectoryStore

    /// What lies below a folder.
    private struct Found {
        var files: [String] = []
        /// Links, pipes and other things that are no files.
        var others: [String] = []
    }

    /// Keeps every file below `directory`, under its path from there.
    ///
    /// - Returns: What lies there and is not kept, since it is no file: links are not followed.
    /// - Throws: `JobFailure` for a name that cannot be kept, `CheckpointError` when the store refuses.
    func keep(filesIn directory: String, of job: ClaimedJob) async throws -> [String] {
        let reference = JobReference(run: job.run, job: job.id)
        let found = try Self.found(in: directory)
        for name in found.files {
            let artifact = Artifact(job: reference, epoch: job.epoch, name: try ArtifactName(name))
            try await store.putArtifact(artifact, fromFile: directory + "/" + name)
        }
        return found.others
    }

    private static func failure(_ message: String) -> JobFailure {
        JobFailure(code: "artifacts", message: message, isPermanent: true)
    }

    private static func found(in directory: String) throws(JobFailure) -> Found {
        var found = Found()
        var pending = [""]
        while let folder = pending.popLast() {
            let path = folder.isEmpty ? directory : directory + "/" + folder
            // A link in the folder's place would lead to what is none of the program's artifacts.
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if descriptor < 0, errno == ENOENT { continue }
            guard descriptor >= 0, let entries = fdopendir(descriptor) else {
                let reason = errno
                if descriptor >= 0 { close(descriptor) }
                throw failure(
                    folder.isEmpty && (reason == ENOTDIR || reason == ELOOP)
                        ? "$CHASSIS_ARTIFACTS is no directory any more; leave the files below it"
                        : "the folder $CHASSIS_ARTIFACTS/\(folder) cannot be read: \(String(cString: strerror(reason)))"
                )
            }
            defer { closedir(entries) }
            while let entry = readdir(entries) {
                let text = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
                }
                guard let name = text else { throw failure("the name of an artifact is not UTF-8") }
                guard name != ".", name != ".." else { continue }
                let path = folder.isEmpty ? name : folder + "/" + name
                var status = stat()
                guard lstat(directory + "/" + path, &status) == 0 else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFDIR: pending.append(path)
                case S_IFREG: found.files.append(path)
                default: found.others.append(path)
                }
                guard found.files.count <= maximumFiles else {
                    throw failure("the program left more than \(maximumFiles) artifacts")
                }
            }
        }
        found.files.sort()
        found.others.sort()
        return found
    }
}
