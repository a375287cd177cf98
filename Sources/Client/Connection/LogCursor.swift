/// How far the log of a run has been read.
///
/// Two workers may commit out of order, so `next` is only as far as everybody has certainly written, and lines behind it
/// come again. The cursor leaves out those it has seen.
struct LogCursor: Equatable, Sendable {
    enum Move: Equatable, Sendable {
        /// More is there already.
        case askAgain
        /// More is there, but it can only be asked for when what was read is certain: in about two seconds.
        case hold
        /// Nothing more for now.
        case wait
        /// The run has ended and everything has been read.
        case stop
    }

    /// The number to ask after.
    private(set) var after: Int64 = 0
    private var seen: Set<Int64> = []

    /// Takes in a page that was asked for with `after` and `limit`.
    ///
    /// - Returns: The lines that are new, and what to do next.
    mutating func arrived(_ page: LogPage, limit: Int) -> (lines: [LogLine], move: Move) {
        let fresh = page.lines.filter { $0.number > after && !seen.contains($0.number) }
        seen.formUnion(fresh.map(\.number))
        let advanced = page.next > after
        after = max(after, page.next)
        seen = seen.filter { $0 > after }
        guard page.lines.count < limit else { return (fresh, advanced ? .askAgain : .hold) }
        return (fresh, page.isFinal ? .stop : .wait)
    }
}
