import JobModel
import Postgres

/// Collects rows, batch by batch, until they end or a limit is reached.
struct RowCollector {
    /// A batch is fetched before its size is known, so it is small, and the first is one row.
    private static let largestBatch = 100
    /// How many times as many rows as the last batch the next one may have.
    private static let steepestGrowth = 10

    private let limits: DatabaseLimits
    private var columns: [String] = []
    private var readers: [ColumnReader] = []
    private var rows: [JSONValue] = []
    private var bytes = 0
    private var truncation: DatabaseAnswer.Truncation?
    private(set) var isComplete = false
    /// How many rows to ask for: as many as fit into what is left of the bytes, by the size of those of the last batch, and
    /// at most one more than may be kept, to know whether there are more.
    private(set) var nextBatch = 1

    init(limits: DatabaseLimits) { self.limits = limits }

    /// Takes the rows that were asked for, of which there may be fewer.
    mutating func takeBatch(_ result: PostgresResult) {
        isComplete = result.rows.count < nextBatch
        let before = bytes
        take(result)
        if truncation != nil { isComplete = true }
        guard !isComplete else { return }
        let bytesPerRow = max(1, (bytes - before) / nextBatch)
        let room = max(1, (limits.bytes - bytes) / bytesPerRow)
        nextBatch = min(Self.largestBatch, nextBatch * Self.steepestGrowth, room, limits.rows - rows.count + 1)
    }

    /// Takes rows of which nobody asked for a number; those behind a limit are dropped.
    mutating func take(_ result: PostgresResult) {
        if readers.isEmpty {
            columns = Self.unique(result.columns)
            readers = result.columnTypes.map(ColumnReader.init(type:))
        }
        for row in result.rows where truncation == nil { take(row) }
    }

    func answer(affectedRows: Int) -> DatabaseAnswer {
        DatabaseAnswer(columns: columns, rows: rows, affectedRows: affectedRows, truncation: truncation)
    }

    private mutating func take(_ row: PostgresRow) {
        guard rows.count < limits.rows else {
            truncation = .rows(limit: limits.rows)
            return
        }
        var object = JSONObject()
        for (place, reader) in readers.enumerated() {
            let text = row.text(columnAt: place)
            bytes += text?.utf8.count ?? 0
            object[columns[place]] = reader.value(text)
        }
        guard bytes <= limits.bytes else {
            truncation = .bytes(limit: limits.bytes)
            return
        }
        rows.append(.object(object))
    }

    /// Names that come again get `_2`, `_3`, … behind them.
    static func unique(_ names: [String]) -> [String] {
        var unique: [String] = []
        for name in names {
            var candidate = name
            var number = 1
            while unique.contains(candidate) {
                number += 1
                candidate = "\(name)_\(number)"
            }
            unique.append(candidate)
        }
        return unique
    }
}
