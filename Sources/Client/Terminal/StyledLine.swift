/// One line of output: pieces of text with their styles.
///
/// Every piece goes through `SafeText`, so no line can carry a control character to a terminal.
struct StyledLine: Equatable, Sendable {
    /// A run of text in one style.
    struct Piece: Equatable, Sendable {
        let text: String
        let style: Style
    }

    /// Where the text stands in a column that is wider.
    enum Alignment: Sendable { case left, right }

    private(set) var pieces: [Piece] = []

    init() {}

    init(_ text: some StringProtocol, _ style: Style = .plain) { append(text, style) }

    /// The columns it takes.
    var width: Int { pieces.reduce(0) { $0 + TextWidth.of($1.text) } }

    var isEmpty: Bool { pieces.isEmpty }

    mutating func append(_ text: some StringProtocol, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        pieces.append(Piece(text: SafeText.line(text), style: style))
    }

    mutating func append(_ line: StyledLine) { pieces += line.pieces }

    /// The same line with more text behind it.
    func adding(_ text: some StringProtocol, _ style: Style = .plain) -> StyledLine {
        var line = self
        line.append(text, style)
        return line
    }

    /// The line, cut to at most `columns`.
    func cut(to columns: Int) -> StyledLine {
        guard width > columns else { return self }
        var line = StyledLine()
        var left = columns
        for piece in pieces {
            let width = TextWidth.of(piece.text)
            if width < left || (width == left && piece == pieces.last) {
                line.pieces.append(piece)
                left -= width
                continue
            }
            // One column more than there is makes the cut visible even where a piece ends at the edge.
            line.append(TextWidth.cut(piece.text + " ", to: left), piece.style)
            break
        }
        return line
    }

    /// The line, filled with blanks to `columns`.
    func padded(to columns: Int, _ alignment: Alignment = .left) -> StyledLine {
        let missing = columns - width
        guard missing > 0 else { return self }
        let blanks = StyledLine(String(repeating: " ", count: missing))
        var line = alignment == .left ? self : blanks
        line.append(alignment == .left ? blanks : self)
        return line
    }

    /// The line without the blanks at its end.
    var trimmed: StyledLine {
        var line = self
        while let last = line.pieces.last, last.text.allSatisfy({ $0 == " " }) { line.pieces.removeLast() }
        return line
    }

    /// The text to write, without a line break.
    func text(coloured: Bool) -> String {
        guard coloured else { return pieces.map(\.text).joined() }
        return pieces.map { piece in piece.style.code.map { "\u{1B}[\($0)m\(piece.text)\u{1B}[0m" } ?? piece.text }
            .joined()
    }
}
