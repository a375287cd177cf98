/// A text that is never shown: whatever prints it prints `<redacted>`.
package struct ModelSecret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text itself, to be handed to the provider and to nobody else.
    package let exposed: String

    /// Hides a text.
    package init(_ text: String) { exposed = text }

    package var description: String { "<redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
