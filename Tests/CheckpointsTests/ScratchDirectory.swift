import Foundation

/// A directory of a test's own, removed with everything in it when the test is over.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "chassis-checkpoints-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path()
    }

    deinit {
        // A directory that is left behind in the temporary directory harms no test.
        try? FileManager.default.removeItem(atPath: path)
    }

    func bytes(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: url(name)) }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: url(name)) }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    func names(in name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)").sorted()
    }

    /// The paths of all files, from this directory on.
    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(path)/\($0)", isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }
        .sorted()
    }

    private func url(_ name: String) -> URL { URL(filePath: "\(path)/\(name)") }
}
