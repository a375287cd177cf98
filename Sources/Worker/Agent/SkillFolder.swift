import Glibc
import JobModel
import Workflow

/// The directory of a worker that holds skills: a folder for each, with a `SKILL.md` in it.
///
/// Files are opened part by part from the directory's descriptor, and no link is followed, so neither `..` nor a link nor a
/// change in between leads out.
struct SkillFolder: Sendable {
    /// The largest file that is read, in bytes.
    static let maximumFileBytes = 256 << 10
    /// The most files of a skill that are listed.
    static let maximumFiles = 100
    private static let maximumDepth = 8

    let path: String

    /// The skill of a name.
    ///
    /// - Throws: `SkillFileError`.
    func skill(_ name: String) throws(SkillFileError) -> SkillFile {
        guard let bytes = try contents(of: [name, "SKILL.md"]) else {
            throw SkillFileError(reason: "there is no \(path)/\(name)/SKILL.md")
        }
        return try SkillFile(String(decoding: bytes, as: UTF8.self))
    }

    /// A file of a skill as text; nil when there is none of that name.
    func file(_ name: String, of skill: String) throws(SkillFileError) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return try contents(of: [skill] + parts).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names of a skill's files besides `SKILL.md`, sorted.
    func files(of skill: String) -> [String] {
        guard let root = Self.open([skill], in: path, O_DIRECTORY) else { return [] }
        var found: [String] = []
        Self.list(root, prefix: "", depth: 0, &found)
        return found.filter { $0 != "SKILL.md" }.sorted()
    }

    private func contents(of parts: [String]) throws(SkillFileError) -> [UInt8]? {
        // A pipe would be waited for.
        guard let file = Self.open(parts, in: path, O_NONBLOCK) else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw SkillFileError(reason: "\(parts.joined(separator: "/")) cannot be read") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= Self.maximumFileBytes else {
                throw SkillFileError(
                    reason: "\(parts.joined(separator: "/")) is larger than \(Self.maximumFileBytes) bytes"
                )
            }
        }
    }

    /// Opens what lies below the directory, one part after the other; nil when there is no such thing, or a link.
    private static func open(_ parts: [String], in root: String, _ flags: Int32) -> Int32? {
        guard parts.count <= maximumDepth,
            parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("/") && !$0.utf8.contains(0) })
        else { return nil }
        var directory = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for (place, part) in parts.enumerated() {
            guard directory >= 0 else { return nil }
            let isLast = place == parts.count - 1
            let next = openat(
                directory,
                part,
                O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (isLast ? flags : O_DIRECTORY)
            )
            close(directory)
            directory = next
        }
        return directory >= 0 ? directory : nil
    }

    /// Lists a directory and what lies below; it takes the descriptor over.
    private static func list(_ descriptor: Int32, prefix: String, depth: Int, _ found: inout [String]) {
        guard let entries = fdopendir(descriptor) else {
            close(descriptor)
            return
        }
        defer { closedir(entries) }
        while found.count < maximumFiles, let entry = readdir(entries) {
            let text = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name = text, !name.hasPrefix(".") else { continue }
            let next = openat(dirfd(entries), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard next >= 0 else { continue }
            var status = stat()
            let isKnown = fstat(next, &status) == 0
            if isKnown, status.st_mode & S_IFMT == S_IFDIR, depth < maximumDepth - 2 {
                list(next, prefix: prefix + name + "/", depth: depth + 1, &found)
            } else {
                if isKnown, status.st_mode & S_IFMT == S_IFREG { found.append(prefix + name) }
                close(next)
            }
        }
    }
}
