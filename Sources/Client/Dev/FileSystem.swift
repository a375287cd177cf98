import Glibc

/// The few things that `chassis dev` does with directories.
enum FileSystem {
    /// What a symbolic link points to; nil when it is none.
    static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(path, &buffer, Int(PATH_MAX))
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path without links and dots; nil when it leads nowhere.
    static func real(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    /// The directory that an absolute path lies in.
    static func parent(of path: String) -> String {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/" + parent
    }

    /// Makes a directory and those above it that are missing.
    static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws(ClientError) {
        if mkdir(path, mode) == 0 { return }
        if errno == ENOENT, path != "/" {
            try makeDirectory(parent(of: path))
            if mkdir(path, mode) == 0 { return }
        }
        guard errno == EEXIST else { throw LocalFile.fault(path) }
        guard status(path).map({ $0.st_mode & S_IFMT == S_IFDIR }) ?? false else {
            throw .file(path: path, reason: "is in the way: it is no directory")
        }
    }

    /// What `stat` says; nil when there is nothing.
    static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// The names in a directory; empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// A new empty directory whose name begins with `prefix`.
    static func makeTemporaryDirectory(_ prefix: String) throws(ClientError) -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw LocalFile.fault(prefix + "XXXXXX") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
