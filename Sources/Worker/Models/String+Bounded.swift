extension String {
    /// The text as one line of at most `limit` bytes; what is cut off is shown as `…`.
    func bounded(toBytes limit: Int) -> String {
        let line = String(map { $0.isNewline || $0 == "\t" ? " " : $0 })
        guard line.utf8.count > limit else { return line }
        var end = line.utf8.index(line.startIndex, offsetBy: limit)
        while end.samePosition(in: line) == nil { end = line.utf8.index(before: end) }
        return line[..<end] + "…"
    }
}
