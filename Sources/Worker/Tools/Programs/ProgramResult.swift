/// What came of running a program.
package struct ProgramResult: Sendable, Equatable {
    package let ending: ProgramEnding

    /// The head of standard output, as far as the limit; what is no UTF-8 is replaced by U+FFFD.
    package let output: String

    /// How many bytes of standard output came after the limit and were dropped.
    package let droppedOutputBytes: Int

    /// The end of standard error, as far as the limit.
    package let errorOutput: String

    /// From before the start until no process was left.
    package let duration: Duration

    /// Whether the program ended by itself with status 0.
    package var succeeded: Bool { ending == .exited(0) }
}
