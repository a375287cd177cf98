/// Rows under bold headers, aligned, and made narrower where the terminal is.
struct Table {
    struct Column {
        let title: String
        var alignment = StyledLine.Alignment.left
        /// Whether its texts may be cut when the table is too wide.
        var isFlexible = false
    }

    /// The narrowest a flexible column gets.
    static let narrowestColumn = 8
    private static let gap = 2

    let columns: [Column]
    private(set) var rows: [[StyledLine]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// - Precondition: `row` has a cell for every column.
    mutating func add(_ row: [StyledLine]) {
        precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
        rows.append(row)
    }

    /// The lines of the table, the headers first.
    ///
    /// - Parameters:
    ///   - width: The columns of the terminal, or nil for no limit.
    ///   - indent: How many blanks stand before each line.
    func lines(width: Int?, indent: Int = 0) -> [StyledLine] {
        let shown = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } || rows.isEmpty }
        let widths = fitted(shown, to: width.map { $0 - indent })
        let header = columns.map { StyledLine($0.title, .bold) }
        return ([header] + rows).map { row in
            var line = StyledLine(String(repeating: " ", count: indent))
            for column in shown {
                if column != shown.first { line.append(String(repeating: " ", count: Self.gap)) }
                let cell = row[column].cut(to: widths[column])
                line.append(cell.padded(to: widths[column], columns[column].alignment))
            }
            return line.trimmed
        }
    }

    /// The width of each column: what its widest cell takes, less where the whole would not fit.
    private func fitted(_ shown: [Int], to width: Int?) -> [Int] {
        var widths = columns.indices.map { column in
            rows.reduce(TextWidth.of(columns[column].title)) { max($0, $1[column].width) }
        }
        guard let width else { return widths }
        var excess = shown.reduce(0) { $0 + widths[$1] } + Self.gap * (shown.count - 1) - width
        while excess > 0 {
            let candidates = shown.filter { columns[$0].isFlexible && widths[$0] > Self.narrowestColumn }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
