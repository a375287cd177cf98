import Glibc

/// Why a source could not be looked at.
enum AssetSourceError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, code: Int32)
    /// There are more files or objects than a source may have.
    case tooMany(path: String, limit: Int)
    /// The object store refused.
    case refused(status: Int, reason: String)
    /// The object store's list of objects comes to no end.
    case endless(pages: Int)
    /// What the object store said is no list of objects.
    case notUnderstood

    var description: String {
        switch self {
        case .unreadable(let path, let code): "\(path): \(String(cString: strerror(code)))"
        case .tooMany(let path, let limit):
            "\(path) holds more than \(limit) files; move away what was taken, or name a directory or prefix with fewer"
        case .refused(let status, let reason): "the object store answers \(status): \(reason)"
        case .endless(let pages):
            "the object store's list of objects has no end: each of \(pages) pages says that there are more"
        case .notUnderstood: "the object store's answer is no list of objects; is endpoint the address of an S3 store?"
        }
    }
}
