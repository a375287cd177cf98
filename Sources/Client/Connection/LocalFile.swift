import Glibc

/// Small files of this machine.
enum LocalFile {
    /// The whole file.
    ///
    /// - Parameter maximumBytes: A larger file is refused after this much was read.
    static func read(_ path: String, maximumBytes: Int) throws(ClientError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw fault(path)
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw .file(path: path, reason: "the file is larger than \(maximumBytes) bytes")
            }
        }
    }

    /// The whole file as UTF-8.
    static func readText(_ path: String, maximumBytes: Int) throws(ClientError) -> String {
        guard let text = String(validating: try read(path, maximumBytes: maximumBytes), as: UTF8.self) else {
            throw .file(path: path, reason: "the file is not UTF-8 text")
        }
        return text
    }

    /// Replaces the file by one that only its owner may read, so that a reader finds the old or the new one whole.
    static func replace(_ path: String, with text: String) throws(ClientError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault(path) }
        let wrote = writeAll(descriptor, Array(text.utf8))
        let reason = wrote ? nil : fault(path)
        guard close(descriptor) == 0, wrote, rename(temporary, path) == 0 else {
            let fault = reason ?? fault(path)
            unlink(temporary)
            throw fault
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The fault that `errno` stands for.
    static func fault(_ path: String) -> ClientError {
        .file(path: path, reason: String(cString: strerror(errno)).lowercased())
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
