/// Why a JSON value is no message, request or answer: what was expected, and where.
package struct ModelJSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where in the value, such as `parts[2].name`.
    package let place: String
    /// What should be there.
    package let expected: String

    /// A fault made of its parts.
    package init(place: String, expected: String) {
        self.place = place
        self.expected = expected
    }

    package var description: String { "expected \(expected) at \(place)" }
}
