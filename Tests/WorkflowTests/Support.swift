import Glibc
import JobModel

@testable import Workflow

/// The definition in a text.
func definition(_ text: String) throws -> WorkflowDefinition {
    try WorkflowFile.parse(Array(text.utf8), name: "f.yaml")
}

/// What is wrong with a text, a line for each fault, without the name of the file.
func faults(_ bytes: [UInt8]) -> [String] {
    do throws(WorkflowFaults) {
        _ = try WorkflowFile.parse(bytes, name: "f")
        return []
    } catch {
        return error.faults.map { String($0.description.dropFirst(2)) }
    }
}

/// What is wrong with a text, a line for each fault, without the name of the file.
func faults(_ text: String) -> [String] { faults(Array(text.utf8)) }

/// The contents of a file of the project, by its path from the top.
func projectFile(_ path: String, _ here: String = #filePath) -> String? {
    // The package may be built through a link to its sources.
    guard let resolved = realpath(here, nil) else { return nil }
    defer { free(resolved) }
    let top = String(cString: resolved).split(separator: "/").dropLast(3).joined(separator: "/")
    guard let file = fopen("/\(top)/\(path)", "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
