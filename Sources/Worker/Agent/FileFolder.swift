import Checkpoints
import Digests
import JobModel
import Synchronization

/// The files of an agent's job.
///
/// There is no directory, so nothing to escape from: a file is a name and a blob in the store. Which files there are
/// follows from the recorded calls alone, so an attempt that goes on from checkpoints has the same ones. Of two calls that
/// write the same file, the later position wins, whichever ended first.
final class FileFolder: Sendable {
    static let maximumFiles = 1000
    static let maximumFileBytes = 4 << 20
    static let maximumBytes = 64 << 20

    private struct File {
        let blob: BlobReference
        let position: StepPosition
    }

    private let files = Mutex<[String: File]>([:])

    /// Why a file cannot be written; nil when it can.
    func objection(to name: String, byteCount: Int) -> String? {
        do throws(CheckpointError) {
            _ = try ArtifactName(name)
        } catch {
            return "\(name.debugDescription) is no name of a file: \(error)"
        }
        if byteCount > Self.maximumFileBytes {
            return "a file may have \(Self.maximumFileBytes) bytes, this has \(byteCount)"
        }
        return files.withLock { files in
            if let other = files.keys.first(where: { $0.hasPrefix(name + "/") || name.hasPrefix($0 + "/") }) {
                return "\(other) is there, and a name is either a file or a folder"
            }
            if files[name] == nil, files.count >= Self.maximumFiles { return "there are \(files.count) files already" }
            let others = files.reduce(0) { $0 + ($1.key == name ? 0 : $1.value.blob.byteCount) }
            guard others + byteCount > Self.maximumBytes else { return nil }
            return "the files may have \(Self.maximumBytes) bytes together; the others have \(others)"
        }
    }

    /// Takes over a call that wrote a file.
    func note(_ name: String, _ blob: BlobReference, at position: StepPosition) {
        files.withLock { files in
            if let file = files[name], position < file.position { return }
            files[name] = File(blob: blob, position: position)
        }
    }

    func blob(of name: String) -> BlobReference? { files.withLock { $0[name]?.blob } }

    /// All names with their files, by name.
    var all: [(name: String, blob: BlobReference)] {
        files.withLock { files in files.map { ($0.key, $0.value.blob) } }.sorted { $0.0 < $1.0 }
    }
}
