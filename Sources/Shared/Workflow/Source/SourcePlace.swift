/// A place in a file.
package struct SourcePlace: Equatable, Comparable, Sendable {
    /// Counted from 1.
    package let line: Int
    /// In Unicode scalars, counted from 1.
    package let column: Int

    static let start = SourcePlace(line: 1, column: 1)

    package static func < (left: SourcePlace, right: SourcePlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    /// The place behind a character; YAML counts CR LF as one line break, and knows three more.
    func advanced(over scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> SourcePlace {
        switch scalar {
        case "\n" where previous == "\r": self
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": SourcePlace(line: line + 1, column: 1)
        default: SourcePlace(line: line, column: column + 1)
        }
    }
}

extension SourcePlace {
    /// The place behind a text.
    init(behind text: some Sequence<Unicode.Scalar>) {
        var place = SourcePlace.start
        var previous: Unicode.Scalar?
        for scalar in text {
            place = place.advanced(over: scalar, after: previous)
            previous = scalar
        }
        self = place
    }
}
