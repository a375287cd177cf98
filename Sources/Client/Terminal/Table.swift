/// Rows under bold headers, aligned, and made narrower where the terminal is.
struct Table {
    struct Column {
        let title: String
        var alignment = StyledLine.Alignment.left
        /// Whether its texts may be cut when the table is too wide.
        var isFlexible = false
        /// How narrow a flexible column may get.
        var narrowest = 8
        /// When cutting is not enough, columns are left out, those with the highest number first; 0 is never.
        var dispensable = 0
    }

    private static let gap = 2

    let columns: [Column]
    private(set) var rows: [[StyledLine]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// - Precondition: `row` has a cell for every column.
    mutating func add(_ row: [StyledLine]) {
        precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
        rows.append(row)
    }

    /// The lines of the table, the headers first; a last line names the columns that were left out.
    ///
    /// - Parameters:
    ///   - width: The columns of the terminal, or nil for no limit.
    ///   - indent: How many blanks stand before each line.
    func lines(width: Int?, indent: Int = 0) -> [StyledLine] {
        let width = width.map { $0 - indent }
        let filled = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } || rows.isEmpty }
        let shown = fitting(filled, width)
        let widths = narrowed(shown, to: width)
        let header = columns.map { StyledLine($0.title, .bold) }
        var lines = ([header] + rows).map { row in
            var line = StyledLine()
            for column in shown {
                if column != shown.first { line.append(String(repeating: " ", count: Self.gap)) }
                let cell = row[column].cut(to: widths[column])
                line.append(cell.padded(to: widths[column], columns[column].alignment))
            }
            return line.trimmed
        }
        let missing = filled.filter { !shown.contains($0) }.map { columns[$0].title }
        if !missing.isEmpty { lines.append(StyledLine("(no room for: \(missing.joined(separator: ", ")))", .dim)) }
        return lines.map { line in
            var whole = StyledLine(String(repeating: " ", count: indent))
            whole.append(width.map { line.cut(to: max($0, 1)) } ?? line)
            return whole
        }
    }

    /// The columns that have room when every flexible one is at its narrowest.
    private func fitting(_ filled: [Int], _ width: Int?) -> [Int] {
        guard let width else { return filled }
        var shown = filled
        let natural = naturalWidths
        func needed(_ column: Int) -> Int {
            columns[column].isFlexible ? min(natural[column], columns[column].narrowest) : natural[column]
        }
        while shown.reduce(0, { $0 + needed($1) }) + Self.gap * (shown.count - 1) > width,
            let least = shown.max(by: { columns[$0].dispensable < columns[$1].dispensable }),
            columns[least].dispensable > 0
        {
            shown.removeAll { $0 == least }
        }
        return shown
    }

    /// What the widest cell of each column takes.
    private var naturalWidths: [Int] {
        columns.indices.map { column in
            rows.reduce(TextWidth.of(columns[column].title)) { max($0, $1[column].width) }
        }
    }

    /// The width of each column: what its widest cell takes, less where the whole would not fit.
    private func narrowed(_ shown: [Int], to width: Int?) -> [Int] {
        var widths = naturalWidths
        guard let width else { return widths }
        var excess = shown.reduce(0) { $0 + widths[$1] } + Self.gap * (shown.count - 1) - width
        while excess > 0 {
            let candidates = shown.filter { columns[$0].isFlexible && widths[$0] > columns[$0].narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
