package import JobModel

/// What a statement on a connection gave back.
package struct DatabaseAnswer: Sendable, Equatable {
    /// The names of the columns; a name that comes again gets `_2`, `_3`, … behind it.
    package let columns: [String]

    /// An object for each row, with a member for each column.
    package let rows: [JSONValue]

    /// How many rows the statement wrote; 0 for a query.
    package let affectedRows: Int

    /// Why rows are missing at the end; nil when none are.
    package let truncation: Truncation?

    /// Which limit ended the rows.
    package enum Truncation: Sendable, Equatable {
        case rows(limit: Int)
        case bytes(limit: Int)
    }
}

/// A statement of a workflow that wrote gave back more than may be kept, so what it wrote was undone.
///
/// Its job fails without the rows, and would else write once more in its next attempt.
package struct CutWrite: Error {
    package let truncation: DatabaseAnswer.Truncation
}

extension DatabaseAnswer.Truncation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rows(let limit): "only the first \(limit) rows are shown; there are more"
        case .bytes(let limit): "the rows behind the first \(limit) bytes are not shown"
        }
    }
}
