import JobModel

/// Collects the rows of a statement until they end or a limit is reached.
struct SQLiteRows {
    private let columns: [String]
    private let limits: DatabaseLimits?
    private var rows: [JSONValue] = []
    private var bytes = 0
    private(set) var truncation: DatabaseAnswer.Truncation?

    /// - Parameter limits: Nil for statements of our own, whose rows are few.
    init(columns: [String], limits: DatabaseLimits?) {
        self.columns = RowCollector.unique(columns)
        self.limits = limits
    }

    mutating func take(_ statement: borrowing SQLiteStatement) {
        if let limits, rows.count >= limits.rows {
            truncation = .rows(limit: limits.rows)
            return
        }
        // The sizes first: what is over the limit is not copied.
        for place in columns.indices { bytes += statement.size(at: Int32(place)) }
        if let limits, bytes > limits.bytes {
            truncation = .bytes(limit: limits.bytes)
            return
        }
        var object = JSONObject()
        for (place, column) in columns.enumerated() { object[column] = statement.value(at: Int32(place)) }
        rows.append(.object(object))
    }

    func answer(affectedRows: Int) -> DatabaseAnswer {
        DatabaseAnswer(columns: columns, rows: rows, affectedRows: affectedRows, truncation: truncation)
    }
}
