import Digests
import Glibc

/// The directories of a store that are always there, open. Every call blocks.
final class StoreRoot: Sendable {
    private static let runsName = "runs"
    private static let blobsName = "blobs"
    private static let algorithmName = "sha256"
    private static let scratchName = "tmp"
    private static let probeByteCount = 4096

    let runs: FileDescriptor
    let blobs: FileDescriptor
    private let scratch: FileDescriptor

    /// Makes the directory of a store, and those that lead to it, durably.
    static func make(at path: String) throws(CheckpointError) {
        var prefix = path.hasPrefix("/") ? "/" : "./"
        for part in path.split(separator: "/") {
            let parent = prefix
            prefix += part
            if access(prefix, F_OK) != 0 {
                // Another process may be making the same store.
                guard mkdir(prefix, FileDescriptor.directoryMode) == 0 || errno == EEXIST else {
                    throw CheckpointError(call: "mkdir", path: prefix, code: errno)
                }
                try FileDescriptor.openRoot(parent).synchronize()
            }
            prefix += "/"
        }
    }

    /// Opens a store, and makes what is missing in it.
    init(openingAt path: String) throws(CheckpointError) {
        let root = try FileDescriptor.openRoot(path)
        runs = try root.makeDirectory(Self.runsName)
        blobs = try root.makeDirectory(Self.blobsName).makeDirectory(Self.algorithmName)
        scratch = try root.makeDirectory(Self.scratchName)
    }

    /// Writes a file, reads it back, and removes it.
    func probe() throws(CheckpointError) {
        let content = RandomBytes.make(Self.probeByteCount)
        let name = "probe-\(RandomBytes.token(byteCount: 16))"
        try withScratchFile(name) { file throws(CheckpointError) in
            try file.write(content)
            try file.synchronize()
        }
        let isRight: Bool
        do {
            isRight = try scratch.openEntry(name, flags: O_RDONLY)?.read(at: 0, count: content.count + 1) == content
        } catch {
            try scratch.remove(name)
            throw error
        }
        try scratch.remove(name)
        guard isRight else { throw .storeDoesNotReadBack(path: "\(scratch.path)/\(name)") }
    }

    /// Puts a file in a directory, in one piece: whoever looks sees the old one, or all of the new one. Durable.
    func place(
        _ name: String,
        in directory: borrowing FileDescriptor,
        _ fill: (borrowing FileDescriptor) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let scratchName = "put-\(RandomBytes.token(byteCount: 16))"
        try withScratchFile(scratchName) { file throws(CheckpointError) in
            try fill(file)
            try file.synchronize()
        }
        do {
            try scratch.rename(scratchName, to: directory, name)
        } catch {
            removeAfterError(scratchName)
            throw error
        }
        try directory.synchronize()
    }

    private func withScratchFile(
        _ name: String,
        _ fill: (borrowing FileDescriptor) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        guard let file = try scratch.makeFile(name) else {
            throw CheckpointError(call: "openat", path: "\(scratch.path)/\(name)", code: EEXIST)
        }
        do {
            try fill(file)
        } catch {
            removeAfterError(name)
            throw error
        }
    }

    private func removeAfterError(_ name: String) {
        // What went wrong first is what the caller must know; a file left in tmp harms nobody.
        try? scratch.remove(name)
    }
}
