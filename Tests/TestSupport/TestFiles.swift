import CLinux
import Glibc

/// Files that tests make.
package enum TestFiles {
    /// Makes an empty directory in /tmp, with a name of its own that holds the given one.
    package static func makeDirectory(_ name: String) -> String {
        var template = Array("/tmp/chassis-\(name)-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no directory can be made in /tmp: error \(errno)")
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a file, over one that is there.
    package static func write(_ text: String, to path: String) {
        let file = fopen(path, "w")
        precondition(file != nil && fputs(text, file) >= 0, "\(path) cannot be written: error \(errno)")
        fclose(file)
    }

    /// Removes a directory with everything in it; links are removed, not followed.
    package static func remove(_ directory: String) { clinux_remove_tree(directory) }
}
