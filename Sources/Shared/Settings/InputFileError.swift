import Glibc

/// Why a file cannot be read, and what to do; the file's name is the caller's to say.
package enum InputFileError: Error, Equatable, CustomStringConvertible {
    /// The operating system refuses, with its `errno`.
    case refused(code: Int32)
    case tooLarge(limit: Int)
    /// A pipe that nobody writes to, or whose writers have written nothing.
    case nothingInPipe
    case notText
    /// There is nothing in the file but white space.
    case empty

    package var description: String {
        switch self {
        case .refused(let code): Self.reason(of: code)
        case .tooLarge(let limit): "the file is larger than \(limit) bytes; name a smaller one"
        case .nothingInPipe: "nobody writes to this pipe; name a file"
        case .notText: "the file is not UTF-8 text; save it as UTF-8"
        case .empty: "the file holds nothing"
        }
    }

    /// What an `errno` of a file call means, and what to do if that is known.
    package static func reason(of code: Int32) -> String {
        let text = String(cString: strerror(code)).lowercased()
        return text + (wayOut(of: code).map { "; " + $0 } ?? "")
    }

    private static func wayOut(of code: Int32) -> String? {
        switch code {
        case ENOENT, ENOTDIR: "check the path"
        case EISDIR: "name a file"
        case EACCES, EPERM: "check its owner and mode, or run as another user"
        case EROFS: "name another place, or remount it writable"
        case ENOSPC, EDQUOT: "make room, or name another place"
        case ENAMETOOLONG: "choose a shorter name"
        case ELOOP: "check its symbolic links"
        default: nil
        }
    }
}
