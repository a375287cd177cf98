import Glibc
import Workflow

/// A workflow file of this machine.
struct WorkflowSource: Sendable {
    let text: String
    /// The file as the person named it.
    let name: String

    /// Reads the file and checks all of it.
    ///
    /// - Throws: `.file` when it cannot be read, `.invalidWorkflow` with everything that is wrong with it.
    static func read(
        _ path: String,
        _ invocation: Invocation
    ) throws(ClientError) -> (source: WorkflowSource, definition: WorkflowDefinition) {
        guard !path.isEmpty else { throw .usage("the name of the workflow file is empty") }
        let bytes: [UInt8]
        do {
            bytes = try LocalFile.read(invocation.absolute(path), maximumBytes: WorkflowFile.maximumBytes)
        } catch {
            guard case .file(_, let reason) = error else { throw error }
            throw .file(path: path, reason: reason)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        do {
            return (WorkflowSource(text: text, name: path), try WorkflowFile.parse(bytes, name: path))
        } catch {
            throw .invalidWorkflow(faults: error.faults, source: text)
        }
    }

    /// Reads files that belong together, and checks what they do to each other too.
    ///
    /// - Returns: Those that are right by themselves, and the faults of all at once.
    static func read(
        all paths: [String],
        _ invocation: Invocation
    ) throws(ClientError) -> (
        files: [(source: WorkflowSource, definition: WorkflowDefinition)], faults: [WorkflowFault]
    ) {
        var files: [(source: WorkflowSource, definition: WorkflowDefinition)] = []
        var faults: [WorkflowFault] = []
        for path in paths {
            do throws(ClientError) {
                files.append(try read(path, invocation))
            } catch {
                guard case .invalidWorkflow(let found, _) = error else { throw error }
                faults += found
            }
        }
        let cycles = StartCycles(
            files.map { .init(name: $0.source.name, text: $0.source.text, definition: $0.definition) }
        )
        return (files, faults + cycles.faults)
    }

    /// The files that are named, and the workflow files of the directories that are, by name.
    ///
    /// - Throws: `.file` for a directory that has none.
    static func paths(named paths: [String], _ invocation: Invocation) throws(ClientError) -> [String] {
        var all: [String] = []
        for path in paths {
            let found = try Self.paths(in: path, invocation)
            guard !found.isEmpty else {
                throw .file(path: path, reason: "is a directory; name a file, or a directory with .yaml or .yml files")
            }
            all += found
        }
        return all
    }

    /// The file itself, or the workflow files of a directory and those in it, by name.
    ///
    /// Links to directories are not gone into, but where they are named: they may lead in circles, or anywhere.
    private static func paths(in path: String, _ invocation: Invocation) throws(ClientError) -> [String] {
        guard !path.isEmpty, isDirectory(path, invocation) else { return [path] }
        guard let directory = opendir(invocation.absolute(path)) else { throw LocalFile.fault(path) }
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let whole = path + (path.hasSuffix("/") ? "" : "/") + name
            if isDirectory(whole, invocation) {
                if !isLink(whole, invocation) { found += try paths(in: whole, invocation) }
            } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
                found.append(whole)
            }
        }
        return found.sorted()
    }

    private static func isLink(_ path: String, _ invocation: Invocation) -> Bool {
        var status = stat()
        return lstat(invocation.absolute(path), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func isDirectory(_ path: String, _ invocation: Invocation) -> Bool {
        var status = stat()
        return stat(invocation.absolute(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
