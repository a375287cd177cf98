import Glibc
import TestSupport

/// A directory in /tmp for one test.
struct Folder {
    let path: String

    init() {
        path = TestFiles.makeDirectory("bad")
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
