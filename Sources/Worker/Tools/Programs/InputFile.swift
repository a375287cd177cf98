import Glibc

/// A file for a program to read as standard input, removed when nobody holds this any more.
package final class InputFile: Sendable {
    /// Where it lies.
    package let path: String

    /// Writes the bytes to a new file that only this user may read.
    package init(_ bytes: [UInt8], in directory: String) throws(ToolsError) {
        path = "\(directory)/input-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .noSystemResource(what: "a file in \(directory)", errno: errno) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress?.advanced(by: written), $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .noSystemResource(what: "writing to \(path)", errno: errno) }
            written += count
        }
    }

    deinit { unlink(path) }
}
