import Glibc
import TestSupport

/// An empty directory for a store.
struct ScratchStore {
    let path: String

    init() throws {
        var template = Array("/tmp/chassis-store-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes it with everything in it.
    func remove() {
        TestFiles.remove(path)
    }

    struct Failure: Error { let code: Int32 }
}
