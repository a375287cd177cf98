/// Why a text is no JSON, and where.
package struct JSONParseError: Error, Equatable, CustomStringConvertible {
    /// What was wrong, in lower case.
    package let reason: String
    /// The byte at which it was noticed, counted from 0.
    package let offset: Int

    package var description: String { "not valid JSON at byte \(offset): \(reason)" }
}
