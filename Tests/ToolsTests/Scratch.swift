import Glibc
import TestSupport

/// A directory of a test's own, removed with it.
final class Scratch: Sendable {
    let path: String

    init() { path = TestFiles.makeDirectory("tools") }

    deinit { TestFiles.remove(path) }

    /// Writes a file; one that is to be run gets mode 0755.
    func write(_ name: String, _ text: String) {
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o755)
        guard file >= 0, Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
            preconditionFailure("writing \(name): error \(errno)")
        }
        close(file)
    }
}
