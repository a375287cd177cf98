import Glibc
package import JobModel
import Threads

extension DirectoryStore {
    package func putArtifact(_ artifact: Artifact, _ content: [UInt8]) async throws {
        try await threads.run { [root] in
            try root.place(artifact) { file throws(CheckpointError) in try file.write(content) }
        }
    }

    package func putArtifact(_ artifact: Artifact, fromFile path: String) async throws {
        try await threads.run { [root] in
            let source = try FileDescriptor.openOutside(path)
            try root.place(artifact) { file throws(CheckpointError) in
                var offset = 0
                while true {
                    let piece = try source.read(at: offset, count: Self.copyChunkByteCount)
                    try file.write(piece)
                    offset += piece.count
                    if piece.count < Self.copyChunkByteCount { return }
                }
            }
        }
    }

    package func readArtifact(_ artifact: Artifact, at offset: Int, count: Int) async throws -> [UInt8] {
        try await threads.run { [root] in
            guard let file = try root.open(artifact) else { throw CheckpointError.artifactMissing(artifact) }
            // Never more than the file has, so that a caller may ask for all without knowing how much that is.
            let available = max(0, try file.byteCount() - offset)
            return try file.read(at: offset, count: min(count, available))
        }
    }

    package func artifacts(of job: JobReference, through epoch: LeaseEpoch) async throws -> [StoredArtifact] {
        try await threads.run { [root] in try root.artifacts(of: job, through: epoch) }
    }
}

extension StoreRoot {
    private static let artifactsName = "artifacts"

    private static func directoryName(of epoch: LeaseEpoch) -> String { Padding.zeros(epoch.rawValue, width: 6) }

    fileprivate func place(
        _ artifact: Artifact,
        _ fill: (borrowing FileDescriptor) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        var directory = try makeDirectory(of: artifact.job).makeDirectory(Self.artifactsName)
            .makeDirectory(Self.directoryName(of: artifact.epoch))
        do {
            for part in artifact.name.parts.dropLast() { directory = try directory.makeDirectory(part) }
            try place(artifact.name.fileName, in: directory, fill)
        } catch .fileCall("openat", _, ENOTDIR), .fileCall("renameat", _, EISDIR) {
            throw .artifactNameTaken(artifact.name)
        }
    }

    fileprivate func open(_ artifact: Artifact) throws(CheckpointError) -> FileDescriptor? {
        guard let artifacts = try directory(of: artifact.job)?.directory(Self.artifactsName),
            var directory = try artifacts.directory(Self.directoryName(of: artifact.epoch))
        else { return nil }
        for part in artifact.name.parts.dropLast() {
            guard let next = try directory.directory(part) else { return nil }
            directory = next
        }
        guard let file = try directory.openEntry(artifact.name.fileName, flags: O_RDONLY) else { return nil }
        guard try file.isRegularFile() else { return nil }
        return file
    }

    fileprivate func artifacts(
        of job: JobReference,
        through last: LeaseEpoch
    ) throws(CheckpointError) -> [StoredArtifact] {
        guard let artifacts = try directory(of: job)?.directory(Self.artifactsName) else { return [] }
        var latest: [ArtifactName: StoredArtifact] = [:]
        for directoryName in try artifacts.names() {
            guard let epoch = Int64(directoryName).map(LeaseEpoch.init), epoch <= last,
                let directory = try artifacts.directory(directoryName)
            else { continue }
            try collect(in: directory, prefix: "") { name, byteCount in
                let isLatest = latest[name].map { $0.artifact.epoch < epoch } ?? true
                guard isLatest else { return }
                let artifact = Artifact(job: job, epoch: epoch, name: name)
                latest[name] = StoredArtifact(artifact: artifact, byteCount: byteCount)
            }
        }
        return latest.values.sorted { $0.artifact.name.description < $1.artifact.name.description }
    }

    /// Calls `found` for every file; the depth is bounded, since no longer name is valid.
    private func collect(
        in directory: borrowing FileDescriptor,
        prefix: String,
        _ found: (ArtifactName, Int) -> Void
    ) throws(CheckpointError) {
        for part in try directory.names() {
            guard let name = try? ArtifactName(prefix + part),  // What has no valid name was not put here by a store.
                let entry = try directory.openEntry(part, flags: O_RDONLY | O_NONBLOCK)
            else { continue }
            if try entry.isDirectory() {
                try collect(in: entry, prefix: prefix + part + "/", found)
            } else if try entry.isRegularFile() {
                found(name, try entry.byteCount())
            }
        }
    }
}
