/// One line a program wrote, without its end.
package struct ProgramLine: Sendable, Equatable {
    /// Where a program writes.
    package enum Stream: Sendable, Equatable { case output, error }

    package let stream: Stream

    /// The text; what is no UTF-8 is replaced by U+FFFD.
    ///
    /// A line longer than 16 KiB comes in pieces.
    package let text: String

    package init(stream: Stream, text: String) {
        self.stream = stream
        self.text = text
    }
}
