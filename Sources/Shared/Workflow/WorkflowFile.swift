/// The reader of workflow files.
package enum WorkflowFile {
    /// The largest file that is read: 1 MiB.
    package static let maximumBytes = SourceReader.maximumBytes
    /// The deepest nesting of lists and mappings.
    package static let maximumDepth = SourceReader.maximumDepth

    /// Reads a workflow file and checks all of it.
    ///
    /// The same bytes always give the same definition. Time and memory are bounded for whatever bytes.
    ///
    /// - Parameter bytes: The file, as UTF-8.
    /// - Parameter name: The file's name for messages.
    /// - Parameter isKept: Whether it is a version that was accepted before: it is not refused for what was allowed then.
    /// - Throws: `WorkflowFaults` with everything that is wrong with the file; what YAML itself refuses is reported
    ///   alone, since nothing behind it can be understood.
    package static func parse(
        _ bytes: [UInt8],
        name: String,
        isKept: Bool = false
    ) throws(WorkflowFaults) -> WorkflowDefinition {
        let faults = FaultCollector(file: name)
        guard let root = SourceReader.read(bytes, contents: "name and jobs", faults: faults) else {
            throw faults.gathered()
        }
        let context = ReadingContext(faults: faults, isKept: isKept)
        let definition = WorkflowReader(context).read(SourceField(node: root, path: .root, context: context))
        guard let definition, faults.isEmpty else { throw faults.gathered() }
        return definition
    }

    /// Why a text is no name of a workflow, job, handler, tool or the like; nil when it is one.
    package static func fault(ofName name: String) -> String? {
        Naming.fault(of: name).map { "\($0); \(Naming.rule)" }
    }
}
