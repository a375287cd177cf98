/// Everything that is wrong with the params given for a run; never empty.
package struct ParamFaults: Error, Equatable, CustomStringConvertible {
    /// One thing that is wrong.
    package struct Fault: Equatable, Sendable, CustomStringConvertible {
        /// The name of the param.
        package let name: String
        /// What is wrong with it, in lower case.
        package let message: String

        package var description: String { "param \(quoted(name)): \(message)" }
    }

    /// The faults, in the order of the file; unknown names last, by name.
    package let faults: [Fault]

    /// One line for each fault.
    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
