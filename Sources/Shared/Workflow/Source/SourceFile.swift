package import JobModel

/// Reads files in YAML that are no workflow files: settings and connections.
package enum SourceFile {
    /// The largest file that is read: 1 MiB.
    package static let maximumBytes = SourceReader.maximumBytes

    /// The largest document of somebody else's that is read: 8 MiB.
    package static let maximumForeignBytes = 8 << 20

    /// Reads a document that somebody else wrote, within the same bounds but for its size.
    ///
    /// - Throws: `WorkflowFaults` with everything that YAML and these bounds have against it.
    package static func json(foreign bytes: [UInt8], name: String) throws(WorkflowFaults) -> JSONValue {
        let faults = FaultCollector(file: name)
        let root = SourceReader.read(bytes, contents: nil, maximumBytes: maximumForeignBytes, faults: faults)
        guard faults.isEmpty else { throw faults.gathered() }
        return root?.json ?? .null
    }

    /// Reads a file within the bounds of workflow files: no anchors, no aliases, no tags, no repeated keys.
    ///
    /// - Parameter bytes: The file, as UTF-8.
    /// - Parameter name: The file's name for messages.
    /// - Returns: Its root; nil when the file is empty.
    /// - Throws: `WorkflowFaults` with everything that YAML and these bounds have against it.
    package static func read(_ bytes: [UInt8], name: String) throws(WorkflowFaults) -> SourceNode? {
        let faults = FaultCollector(file: name)
        let root = SourceReader.read(bytes, contents: nil, faults: faults)
        guard faults.isEmpty else { throw faults.gathered() }
        return root
    }
}
