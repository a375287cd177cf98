/// Everything that is wrong with a workflow file, in the order of its lines; never empty.
package struct WorkflowFaults: Error, Equatable, CustomStringConvertible {
    /// The faults, by line and column; at most `FaultCollector.maximumFaults` and one more that says so.
    package let faults: [WorkflowFault]

    package init(_ faults: [WorkflowFault]) { self.faults = faults }

    /// One line for each fault.
    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
