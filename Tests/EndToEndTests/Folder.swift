import Glibc
import TestSupport

/// A directory in /tmp for one test.
struct Folder {
    let path: String

    init() {
        var template = Array("/tmp/chassis-bad-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no directory can be made in /tmp")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Servers and programs of other users look in.
        chmod(path, 0o755)
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String) -> String {
        Fleet.write(text, to: path + "/" + name)
        return path + "/" + name
    }

    /// Makes a directory and returns its path.
    func directory(_ name: String) -> String {
        precondition(mkdir(path + "/" + name, 0o755) == 0, "\(name) cannot be made")
        return path + "/" + name
    }

    func remove() { TestFiles.remove(path) }
}
