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

    package var description: String {
        faults.map { "setting \($0.key): \($0.reason)" }.joined(separator: "\n")
    }
}
