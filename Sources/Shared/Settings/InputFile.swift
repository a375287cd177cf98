import Glibc

/// Reads the small files that people name: settings, connections, workflows, tokens.
package enum InputFile {
    /// How many bytes are read at once.
    private static let chunkByteCount = 1 << 16

    /// The whole file.
    ///
    /// A pipe is read until its writers have closed it; one that has no writer is refused at once, since nobody may
    /// ever come.
    ///
    /// - Parameter maximumBytes: A larger file is refused after this much was read.
    package static func read(_ path: String, maximumBytes: Int) throws(InputFileError) -> [UInt8] {
        // Without O_NONBLOCK, opening a pipe waits for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .refused(code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkByteCount)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count > 0 {
                bytes += chunk[..<count]
                guard bytes.count <= maximumBytes else { throw .tooLarge(limit: maximumBytes) }
            } else if count == 0 {
                guard !bytes.isEmpty || !isPipe(descriptor) else { throw .nothingInPipe }
                return bytes
            } else if errno == EAGAIN {
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = Glibc.poll(&poll, 1, -1)
            } else if errno != EINTR {
                throw .refused(code: errno)
            }
        }
    }

    /// The whole file as UTF-8.
    package static func readText(_ path: String, maximumBytes: Int) throws(InputFileError) -> String {
        guard let text = String(validating: try read(path, maximumBytes: maximumBytes), as: UTF8.self) else {
            throw .notText
        }
        return text
    }

    private static func isPipe(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }
}
