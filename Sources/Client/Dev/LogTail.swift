import Glibc

/// The end of a log file, for messages.
enum LogTail {
    private static let byteCount = 8192

    /// The last line with an error in it, else the last that is not empty; empty when there is none.
    static func lastLine(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = pread(descriptor, &bytes, byteCount, max(0, end - off_t(byteCount)))
        guard count > 0 else { return "" }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        let telling = lines.last { line in
            ["FATAL", "PANIC", "ERROR", "error:", "chassis-"].contains { line.contains($0) }
        }
        return SafeText.line(telling ?? lines.last ?? "")
    }
}
