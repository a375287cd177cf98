import Checkpoints
import Glibc
import JobModel
import Storage

/// Takes the files that a program left in its folder for artifacts to the object store.
struct ArtifactKeeper: Sendable {
    /// The most files one attempt may leave.
    static let maximumFiles = 1000

    let store: DirectoryStore

    /// What lies in a folder and is not kept.
    struct Leftovers: Sendable {
        /// Links, which are not followed, pipes and other things that are no files.
        var others: [String] = []
        /// Files, and folders with all that is in them, whose names no artifact can have, or not beside others; each with
        /// the reason.
        var misnamed: [String] = []
    }

    /// What lies below a folder.
    private struct Found {
        var files: [(path: String, name: ArtifactName)] = []
        var leftovers = Leftovers()
    }

    /// Keeps every file below `directory` that can be kept, under its path from there.
    ///
    /// - Returns: What lies there besides.
    /// - Throws: `JobFailure` when the folder cannot be read, or holds too much; `CheckpointError` when the store refuses.
    func keep(filesIn directory: String, of job: ClaimedJob) async throws -> Leftovers {
        let reference = JobReference(run: job.run, job: job.id)
        var found = try Self.found(in: directory)
        for (path, name) in found.files {
            let artifact = Artifact(job: reference, epoch: job.epoch, name: name)
            do {
                try await store.putArtifact(artifact, fromFile: directory + "/" + path)
            } catch let error as CheckpointError {
                // A round before has left a file where this one has a folder.
                guard case .artifactNameTaken = error else { throw error }
                found.leftovers.misnamed.append("\(error)")
            }
        }
        return found.leftovers
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
                let type = status.st_mode & S_IFMT
                guard type == S_IFDIR || type == S_IFREG else {
                    found.leftovers.others.append(path)
                    continue
                }
                do throws(CheckpointError) {
                    let artifact = try ArtifactName(path)
                    if type == S_IFDIR { pending.append(path) } else { found.files.append((path, artifact)) }
                } catch {
                    found.leftovers.misnamed.append("\(error)")
                }
                guard found.files.count <= maximumFiles else {
                    throw failure("the program left more than \(maximumFiles) artifacts")
                }
            }
        }
        found.files.sort { $0.path < $1.path }
        found.leftovers.others.sort()
        found.leftovers.misnamed.sort()
        return found
    }
}
