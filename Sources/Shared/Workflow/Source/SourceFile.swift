/// Reads files in YAML that are no workflow files: settings and connections.
package enum SourceFile {
    /// The largest file that is read: 1 MiB.
    package static let maximumBytes = SourceReader.maximumBytes

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
