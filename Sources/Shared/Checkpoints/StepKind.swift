/// What sort of step it is; a part of its fingerprint.
///
/// No closed list: a record of a kind this program does not know is still a record.
package struct StepKind: RawRepresentable, Hashable, Sendable {
    /// As it stands in records and fingerprints.
    package let rawValue: String

    /// The kind that is written so.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// A call of a model.
    package static let model = StepKind(rawValue: "model")
    /// A call of a tool.
    package static let tool = StepKind(rawValue: "tool")
    /// A piece of work that a handler or a program named itself.
    package static let step = StepKind(rawValue: "step")
}
