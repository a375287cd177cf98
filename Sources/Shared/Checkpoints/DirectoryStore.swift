package import Threads

/// A store in a directory, of a local disk or a shared file system.
///
/// ```
/// <root>/runs/<run>/<job>/000003.journal
///                         artifacts/000003/reports/churn.csv
///        blobs/sha256/9f/31c0…
///        tmp/…                        what is being written; a name here means nothing
/// ```
///
/// Paths are built from numbers and checked names alone, and no symbolic link below the root is followed.
package struct DirectoryStore: Sendable {
    /// Whether a store that does not exist is made.
    package enum Creation: Sendable {
        /// It must exist: on a worker, a missing store is a disk that is not mounted.
        case never
        /// It is made, with the directories that lead to it.
        case ifMissing
    }

    /// How many bytes of a file are held at once when it is copied.
    static let copyChunkByteCount = 1 << 18

    let root: StoreRoot
    let threads: FileThreads
    let volume: Volume

    /// Opens a store and checks it: it is a directory, takes a file, and returns what was written.
    ///
    /// - Parameters:
    ///   - path: The directory, absolute or from the working directory; it may be a symbolic link, what is in it not.
    ///   - creation: Whether it is made when it does not exist, by default not.
    ///   - threads: What does the file calls; by default threads of its own.
    /// - Throws: `storeMissing`, `storeIsNoDirectory`, `permissionDenied`, `storeReadOnly`, `storeFull`,
    ///   `storeDoesNotReadBack` or `symbolicLink`, whichever it is.
    package static func open(
        at path: String,
        creation: Creation = .never,
        threads: FileThreads? = nil
    ) async throws -> DirectoryStore {
        let threads = try threads ?? FileThreads()
        let root = try await threads.run {
            if creation == .ifMissing { try StoreRoot.make(at: path) }
            let root = try StoreRoot(openingAt: path)
            try root.probe()
            return root
        }
        return DirectoryStore(root: root, threads: threads)
    }

    private init(root: StoreRoot, threads: FileThreads) {
        self.root = root
        self.threads = threads
        volume = Volume(root: root, threads: threads)
    }

    /// Checks again that the store takes a file and returns what was written; throws as `open` does.
    package func check() async throws {
        try await threads.run { [root] in try root.probe() }
    }
}

extension DirectoryStore: ObjectStore {}
