/// What an `EXPLAIN (ANALYZE, BUFFERS)` says of pages.
enum Buffers {
    /// How many were looked at, by the first of the lines that tells: not what was dirtied or written, which goes by when the
    /// server last wrote the page.
    static func count(in plan: some Sequence<String>) -> Int {
        let line = plan.first { $0.contains("Buffers:") } ?? ""
        return line.split(separator: " ").filter { $0.hasPrefix("hit=") || $0.hasPrefix("read=") }
            .compactMap { Int($0.drop { !$0.isNumber }) }.reduce(0, +)
    }
}
