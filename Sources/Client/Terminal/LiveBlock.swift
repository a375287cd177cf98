/// A few lines at the end of the output that are drawn again and again.
struct LiveBlock {
    private let terminal: Terminal
    private var shown: [StyledLine] = []

    /// - Precondition: `terminal` is interactive.
    init(on terminal: Terminal) { self.terminal = terminal }

    /// Draws the lines in the place of those drawn before; more than fit are cut off at the end.
    mutating func draw(_ lines: [StyledLine]) {
        let width = terminal.width ?? 80
        let fitting = lines.prefix(max(terminal.height - 1, 1)).map { $0.cut(to: width - 1) }
        guard fitting != shown else { return }
        var text = erasing
        for line in fitting { text += line.text(coloured: terminal.isColoured) + "\n" }
        terminal.write(text)
        shown = fitting
    }

    /// Writes lines that stay above the block, which is drawn again by the next `draw`.
    mutating func printAbove(_ lines: [StyledLine]) {
        guard !lines.isEmpty else { return }
        erase()
        terminal.print(lines)
    }

    /// Takes the block away.
    mutating func erase() {
        guard !shown.isEmpty else { return }
        terminal.write(erasing)
        shown = []
    }

    /// Goes to the first line of the block and clears everything from there.
    private var erasing: String { shown.isEmpty ? "" : "\u{1B}[\(shown.count)A\r\u{1B}[J" }
}
