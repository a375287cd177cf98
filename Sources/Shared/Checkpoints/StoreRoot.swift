import Digests
import Glibc
import JobModel
import Synchronization

/// The directories of a store that are always there, open; every call blocks.
final class StoreRoot: Sendable {
    private static let runsName = "runs"
    private static let blobsName = "blobs"
    private static let algorithmName = "sha256"
    private static let scratchName = "tmp"
    private static let probeByteCount = 4096

    let runs: FileDescriptor
    let blobs: FileDescriptor
    private let scratch: FileDescriptor
    /// Runs whose names this process has made durable.
    private let durableRuns = Mutex<Set<RunID>>([])
    /// How many of them are remembered; to forget them costs a synchronisation.
    private static let rememberedRuns = 4096

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
        let name = Self.newScratchName()
        let content = RandomBytes.make(Self.probeByteCount)
        defer { discard(name) }
        try fill(name) { file throws(CheckpointError) in try file.write(content) }
        // One byte more than was written is asked for, so that a longer file is noticed.
        let found = try scratch.openEntry(name, flags: O_RDONLY)?.read(at: 0, count: content.count + 1)
        guard found == content else { throw .storeDoesNotReadBack(path: "\(scratch.path)/\(name)") }
    }

    /// Whether the name of a run's directory is known to be durable.
    func hasDurableName(of run: RunID) -> Bool { durableRuns.withLock { $0.contains(run) } }

    /// Makes the name of a run's directory durable.
    func synchronizeName(of run: RunID) throws(CheckpointError) {
        guard !hasDurableName(of: run) else { return }
        try runs.synchronize()
        nameIsDurable(of: run)
    }

    /// Remembers that the name of a run's directory is durable.
    func nameIsDurable(of run: RunID) {
        durableRuns.withLock { known in
            if known.count >= Self.rememberedRuns { known = [] }
            known.insert(run)
        }
    }

    /// Puts a file in a directory, durably and in one piece: whoever looks sees the old one, or all of the new one.
    func place(
        _ name: String,
        in directory: borrowing FileDescriptor,
        _ write: (borrowing FileDescriptor) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let scratchName = Self.newScratchName()
        defer { discard(scratchName) }
        try fill(scratchName, write)
        try scratch.rename(scratchName, to: directory, name)
        try directory.synchronize()
    }

    private static func newScratchName() -> String { RandomBytes.token(byteCount: 16) }

    /// Makes a scratch file with durable content.
    private func fill(
        _ name: String,
        _ write: (borrowing FileDescriptor) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        guard let file = try scratch.makeFile(name) else {
            throw CheckpointError(call: "openat", path: "\(scratch.path)/\(name)", code: EEXIST)
        }
        try write(file)
        try file.synchronize()
    }

    /// Removes a scratch file, unless it has been given another name.
    private func discard(_ name: String) {
        // The caller has its own error, or none; a file left in tmp harms nobody.
        try? scratch.remove(name)
    }
}
