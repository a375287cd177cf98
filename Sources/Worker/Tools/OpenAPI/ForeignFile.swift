import Glibc

/// Reads files whose content is somebody else's.
enum ForeignFile {
    struct Fault: Error { let reason: String }

    /// The whole of a regular file.
    static func read(_ path: String, maximumBytes: Int) throws(Fault) -> [UInt8] {
        // Without O_NONBLOCK, opening a pipe waits for a writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw Fault(reason: "\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Fault(reason: "\(path) is no file")
        }
        guard status.st_size <= maximumBytes else { throw Fault(reason: "\(path) has more than \(maximumBytes) bytes") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= maximumBytes {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Fault(reason: "\(path) cannot be read: \(String(cString: strerror(errno)))") }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw Fault(reason: "\(path) has more than \(maximumBytes) bytes")
    }
}
