import Glibc

/// The directory of a worker that holds the programs workflows name by `programs:`.
package struct ProgramDirectory: Sendable, Equatable {
    /// What an argument begins with that names a file in the directory.
    package static let prefix = "programs:"

    package let path: String

    /// - Parameter path: An absolute path.
    package init(path: String) { self.path = path }

    /// Replaces every argument that begins with `programs:` by the path of the file it names.
    ///
    /// - Throws: `ToolsError.programMissing` for a file that is not there, `.programOutsideDirectory` for one that
    ///   lies elsewhere, be it by `..`, by an absolute path or by a symbolic link.
    package func resolve(_ arguments: [String]) throws(ToolsError) -> [String] {
        var resolved: [String] = []
        for argument in arguments {
            resolved.append(argument.hasPrefix(Self.prefix) ? try resolve(argument) : argument)
        }
        return resolved
    }

    private func resolve(_ argument: String) throws(ToolsError) -> String {
        let name = String(argument.dropFirst(Self.prefix.count))
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.isEmpty, !name.contains("\0"), !parts.contains(".."), !name.hasPrefix("/") else {
            throw .programOutsideDirectory(name: name)
        }
        guard let directory = Self.realPath(path), let file = Self.realPath(directory + "/" + name) else {
            throw .programMissing(name: name, directory: path)
        }
        guard file.hasPrefix(directory + "/") else { throw .programOutsideDirectory(name: name) }
        return file
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
