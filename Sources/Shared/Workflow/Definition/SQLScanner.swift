/// Follows the quotes and comments of a PostgreSQL statement, to know where a parameter can stand.
struct SQLScanner {
    fileprivate enum State: Equatable {
        case code
        /// Between quotes; `escapes` where a backslash escapes, as in `E'…'`.
        case quotes(Unicode.Scalar, escapes: Bool)
        case lineComment
        case blockComment(depth: Int)
        case dollarQuotes(tag: String)
    }

    private var state = State.code
    private var previous: Unicode.Scalar?
    /// Whether the character before that continues a name, a number or a parameter.
    private var isInsideWord = false
    private var isBehindExpression = false

    /// Takes the next stretch of the text.
    mutating func scan(_ literal: String) throws(SQLQueryError) {
        let scalars = Array(literal.unicodeScalars)
        if isBehindExpression, let first = scalars.first, Self.isWord(first) { throw Self.touching }
        isBehindExpression = false
        var at = 0
        while at < scalars.count {
            let taken = try step(scalars, at)
            isInsideWord = (taken > 1 ? scalars[at + taken - 2] : previous).map(Self.isWord) ?? false
            previous = scalars[at + taken - 1]
            at += taken
        }
    }

    /// Takes an expression that stands behind what was scanned so far.
    mutating func bind(_ expression: Expression) throws(SQLQueryError) {
        guard state == .code else {
            let place = state.isComment ? "a comment" : "quotes"
            throw SQLQueryError(
                reason: "the expression \(quoted(expression.source)) stands in \(place), where no value can be bound",
                hint: state.isComment ? "take it out of the comment" : "remove the quotes, values are bound as they are"
            )
        }
        if isBehindExpression || previous.map(Self.isWord) ?? false { throw Self.touching }
        isBehindExpression = true
        previous = nil
        isInsideWord = false
    }

    /// Ends the statement.
    func finish() throws(SQLQueryError) {
        guard state == .code || state == .lineComment else {
            throw SQLQueryError(
                reason: state.isComment ? "a comment is not closed" : "a quote is not closed",
                hint: nil
            )
        }
    }

    // MARK: Steps

    private static let touching = SQLQueryError(
        reason: "an expression touches a name, a number or another expression",
        hint: "an expression is a whole value; names of tables and columns cannot be computed"
    )

    /// Whether a character continues a name, a number or a parameter.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "$": true
        default: scalar.value >= 0x80
        }
    }

    /// Handles the character at `at` and returns how many were taken.
    private mutating func step(_ scalars: [Unicode.Scalar], _ at: Int) throws(SQLQueryError) -> Int {
        let next = at + 1 < scalars.count ? scalars[at + 1] : nil
        switch (state, scalars[at]) {
        case (.code, _): return try stepInCode(scalars, at, next)
        case (.quotes(let quote, let escapes), let scalar):
            if escapes, scalar == "\\", next != nil { return 2 }
            if scalar == quote {
                if next == quote { return 2 }
                state = .code
            }
            return 1
        case (.lineComment, let scalar):
            if scalar == "\n" || scalar == "\r" { state = .code }
            return 1
        case (.blockComment(let depth), "*") where next == "/":
            state = depth == 1 ? .code : .blockComment(depth: depth - 1)
            return 2
        case (.blockComment(let depth), "/") where next == "*":
            state = .blockComment(depth: depth + 1)
            return 2
        case (.blockComment, _): return 1
        case (.dollarQuotes(let tag), "$") where scalars[at...].starts(with: tag.unicodeScalars):
            state = .code
            return tag.unicodeScalars.count
        case (.dollarQuotes, _): return 1
        }
    }

    private mutating func stepInCode(
        _ scalars: [Unicode.Scalar],
        _ at: Int,
        _ next: Unicode.Scalar?
    ) throws(SQLQueryError) -> Int {
        switch scalars[at] {
        case "'":
            // The end of a word, as in LIKE'…', is no E.
            state = .quotes("'", escapes: !isInsideWord && (previous == "E" || previous == "e"))
            return 1
        case "\"":
            state = .quotes("\"", escapes: false)
            return 1
        case "-" where next == "-":
            state = .lineComment
            return 2
        case "/" where next == "*":
            state = .blockComment(depth: 1)
            return 2
        case "$" where !(previous.map(Self.isWord) ?? false):
            return try stepAtDollar(scalars, at, next)
        default: return 1
        }
    }

    private mutating func stepAtDollar(
        _ scalars: [Unicode.Scalar],
        _ at: Int,
        _ next: Unicode.Scalar?
    ) throws(SQLQueryError) -> Int {
        if let next, ("0"..."9").contains(next) {
            throw SQLQueryError(
                reason: "the query holds $\(next), which has no value",
                hint: "write ${{ … }} where a value belongs"
            )
        }
        let name = scalars[(at + 1)...].prefix { Self.isWord($0) && $0 != "$" }
        guard name.endIndex < scalars.count, scalars[name.endIndex] == "$" else { return 1 }
        state = .dollarQuotes(tag: "$" + String(String.UnicodeScalarView(name)) + "$")
        return name.count + 2
    }
}

extension SQLScanner.State {
    fileprivate var isComment: Bool {
        switch self {
        case .lineComment, .blockComment: true
        case .code, .quotes, .dollarQuotes: false
        }
    }
}
