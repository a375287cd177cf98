import Glibc

/// The files below a directory that a pattern matches.
///
/// Names that begin with a dot are passed over, and so are links to directories.
package enum FileListing {
    /// How deep directories are gone into.
    static let maximumDepth = 32

    /// Lists them; blocks.
    ///
    /// - Throws: `AssetSourceError`.
    package static func files(
        in directory: String,
        matching pattern: ArrivalPattern,
        limit: Int
    ) throws(AssetSourceError) -> [ListedObject] {
        var found: [ListedObject] = []
        var open = [(name: "", depth: 0)]
        var seen = 0
        while let next = open.popLast() {
            let path = next.name.isEmpty ? directory : directory + "/" + next.name
            let names: [String]
            do throws(AssetSourceError) {
                names = try self.names(in: path)
            } catch {
                // A directory within it may have gone in the meantime; the directory itself may not.
                guard !next.name.isEmpty, case .unreadable(_, ENOENT) = error else { throw error }
                continue
            }
            for name in names {
                seen += 1
                guard seen <= limit else { throw .tooMany(path: directory, limit: limit) }
                let relative = next.name.isEmpty ? name : next.name + "/" + name
                var status = stat()
                guard lstat(directory + "/" + relative, &status) == 0 else { continue }
                let kind = status.st_mode & S_IFMT
                if kind == S_IFDIR {
                    if pattern.isDeep, next.depth < maximumDepth { open.append((relative, next.depth + 1)) }
                } else if pattern.match(relative) != nil, stat(directory + "/" + relative, &status) == 0,
                    status.st_mode & S_IFMT == S_IFREG
                {
                    let time = status.st_mtim
                    found.append(
                        ListedObject(
                            name: relative,
                            path: directory + "/" + relative,
                            mark: "\(status.st_size):\(time.tv_sec).\(time.tv_nsec)",
                            bytes: Int64(status.st_size),
                            modifiedAt: Int64(time.tv_sec)
                        )
                    )
                }
            }
        }
        return found
    }

    private static func names(in path: String) throws(AssetSourceError) -> [String] {
        guard let stream = opendir(path) else { throw .unreadable(path: path, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(validatingCString: $0) }
            }
            // A name that is no UTF-8 can be no part of JSON.
            if let name, !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
