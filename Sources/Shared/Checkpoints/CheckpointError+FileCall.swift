import Glibc

extension CheckpointError {
    /// The case for a file call that went wrong.
    ///
    /// - Parameters:
    ///   - call: The name of the call.
    ///   - path: What it was called on, from the root of the store.
    ///   - code: `errno`, read right after the call.
    init(call: String, path: String, code: Int32) {
        self =
            switch code {
            case ENOSPC, EDQUOT: .storeFull(path: path)
            case EROFS: .storeReadOnly(path: path)
            case EACCES, EPERM: .permissionDenied(path: path)
            case ELOOP: .symbolicLink(path: path)
            default: .fileCall(call, path: path, code: code)
            }
    }
}
