import CLibPQ

/// What a statement gave back.
package struct PostgresResult: Sendable {
    /// The names of the columns, in their order.
    package var columns: [String] { storage.columns }
    /// The object identifiers of the columns' types (`pg_type.oid`), in their order.
    package var columnTypes: [UInt32] { storage.columnTypes }
    /// The rows, in the server's order.
    package var rows: PostgresRows { PostgresRows(storage: storage) }
    /// How many rows the statement inserted, changed, deleted or selected.
    package var affectedRows: Int { storage.affectedRows }

    private let storage: ResultStorage

    init(_ storage: ResultStorage) { self.storage = storage }
}

/// The rows of a result; each is read where it lies, without a copy.
package struct PostgresRows: RandomAccessCollection, Sendable {
    fileprivate let storage: ResultStorage

    package var startIndex: Int { 0 }
    package var endIndex: Int { storage.rowCount }
    package subscript(position: Int) -> PostgresRow {
        precondition(indices.contains(position), "row \(position) of \(endIndex)")
        return PostgresRow(storage: storage, row: Int32(position))
    }
}

/// A result of libpq, freed when nobody reads it any more.
final class ResultStorage: @unchecked Sendable {
    // @unchecked: libpq lets any number of threads read a result that nobody changes.

    private let pointer: OpaquePointer
    let columns: [String]
    let rowCount: Int

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        columns = (0..<PQnfields(pointer)).map { PQfname(pointer, $0).map { String(cString: $0) } ?? "" }
        rowCount = Int(PQntuples(pointer))
    }

    deinit { PQclear(pointer) }

    var columnTypes: [UInt32] { columns.indices.map { PQftype(pointer, Int32($0)) } }

    var affectedRows: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// The bytes of a value in its text form; nil for NULL.
    func value(row: Int32, column: Int32) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(pointer, row, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, row, column),
            count: Int(PQgetlength(pointer, row, column))
        )
    }
}
