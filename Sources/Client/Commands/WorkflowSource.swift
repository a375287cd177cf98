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
}
