/// Every rule that a program's settings break, reported at once.
package struct SettingsFaults: Error, Equatable, CustomStringConvertible {
    /// One broken rule.
    package struct Fault: Equatable, Sendable {
        /// The setting, such as `postgres`.
        package let key: String
        /// What is wrong and how to mend it, in lower case.
        package let reason: String
    }

    package let faults: [Fault]

    /// One line for each fault.
    package var lines: [String] { faults.map { "setting \($0.key): \($0.reason)" } }

    package var description: String { lines.joined(separator: "\n") }
}
