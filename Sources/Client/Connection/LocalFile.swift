import Glibc
import Settings

/// Small files of this machine.
enum LocalFile {
    /// The whole file.
    ///
    /// - Parameter maximumBytes: A larger file is refused after this much was read.
    static func read(_ path: String, maximumBytes: Int) throws(ClientError) -> [UInt8] {
        do throws(InputFileError) {
            return try InputFile.read(path, maximumBytes: maximumBytes)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }

    /// The whole file as UTF-8.
    static func readText(_ path: String, maximumBytes: Int) throws(ClientError) -> String {
        do throws(InputFileError) {
            return try InputFile.readText(path, maximumBytes: maximumBytes)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
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
        .file(path: path, reason: InputFileError.reason(of: errno))
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
