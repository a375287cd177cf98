import Glibc

/// The programs of this project, found beside the one that runs.
struct Executables: Sendable {
    let directory: String

    /// - Throws: `.dev` when one is missing.
    init(directory: String) throws(ClientError) {
        self.directory = directory
        for path in [scheduler, worker, guardian] where access(path, X_OK) != 0 {
            throw .dev(
                what: "\(path) is missing or cannot be executed",
                wayOut: "build all of it with 'swift build -c release', or install the programs side by side"
            )
        }
    }

    /// Beside the running program.
    static func besideThisOne() throws(ClientError) -> Executables {
        guard let path = FileSystem.linkTarget("/proc/self/exe") else { throw LocalFile.fault("/proc/self/exe") }
        return try Executables(directory: FileSystem.parent(of: path))
    }

    /// Whether a shell with this `PATH` would find this `chassis`.
    func isFound(along path: String) -> Bool {
        let candidates = path.split(separator: ":").map { "\($0)/chassis" }
        guard let first = candidates.first(where: { access($0, X_OK) == 0 }) else { return false }
        return FileSystem.real(first) == FileSystem.real(directory + "/chassis")
    }

    var scheduler: String { directory + "/chassis-scheduler" }
    var worker: String { directory + "/chassis-worker" }
    var guardian: String { directory + "/chassis-guard" }
}
