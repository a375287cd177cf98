import Glibc
package import JobModel
import Threads

extension DirectoryStore {
    /// Removes what a run kept in the store but its blobs, which other runs may share; nothing when there is nothing.
    ///
    /// Only for runs that nobody will ever go on with.
    package func remove(_ run: RunID) async throws {
        try await threads.run { [root] in try root.runs.removeTree(run.description) }
    }
}

extension FileDescriptor {
    /// Removes a directory of this one with all that is in it; links are removed, not followed.
    borrowing func removeTree(_ name: String) throws(CheckpointError) {
        guard let directory = try directory(name) else { return }
        for entry in try directory.names() {
            if try directory.isDirectory(entry) { try directory.removeTree(entry) } else { try directory.remove(entry) }
        }
        try removeDirectory(name)
    }
}
