import Workflow

/// An error on standard error: one clear line, or one for each fault of a workflow file.
enum ErrorView {
    /// - Parameter showsSource: Whether the line of the file is shown under a fault, with a mark at its place.
    static func lines(_ error: ClientError, showsSource: Bool) -> [StyledLine] {
        guard case .invalidWorkflow(let faults, let source) = error else {
            return [StyledLine("chassis: ", .red).adding(error.message)]
        }
        let sourceLines = showsSource ? source.split(separator: "\n", omittingEmptySubsequences: false) : []
        return faults.flatMap { fault in
            var place = StyledLine("\(fault.file):\(fault.line):\(fault.column): ", .bold)
            place.append(fault.path.isEmpty ? "" : "\(fault.path): ")
            place.append(fault.message, .red)
            place.append(fault.hint.map { "; \($0)" } ?? "")
            guard sourceLines.indices.contains(fault.line - 1) else { return [place] }
            return [place] + excerpt(of: sourceLines[fault.line - 1], line: fault.line, column: fault.column)
        }
    }

    private static func excerpt(of text: Substring, line: Int, column: Int) -> [StyledLine] {
        let number = String(line)
        let before = String(String.UnicodeScalarView(text.unicodeScalars.prefix(max(column - 1, 0))))
        let blanks = String(repeating: " ", count: TextWidth.of(SafeText.line(before)))
        let shown = String(text.prefix { $0 != "\r" && $0 != "\r\n" })
        return [
            StyledLine("  \(number) │ ", .dim).adding(TextWidth.cut(SafeText.line(shown), to: longestExcerpt)),
            StyledLine("  \(String(repeating: " ", count: number.count)) │ ", .dim).adding("\(blanks)^", .red),
        ]
    }

    private static let longestExcerpt = 200
}
