import Glibc

package enum ThreadError: Error, Equatable, CustomStringConvertible {
    /// The system starts no more threads.
    case refused(name: String, code: Int32)

    package var description: String {
        switch self {
        case .refused(let name, let code):
            "the system starts no thread \(name): \(String(cString: strerror(code)))"
        }
    }
}
