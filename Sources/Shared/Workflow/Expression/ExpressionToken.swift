internal import JobModel

/// A word of an expression.
enum ExpressionToken: Equatable, Sendable {
    case name(String)
    case string(String)
    case number(JSONValue)
    /// An operator, a parenthesis, a bracket, a dot or a comma.
    case symbol(String)
    /// The end of the text, or `}}`.
    case end

    var summary: String {
        switch self {
        case .name(let name): name
        case .string(let text): quoted(text)
        case .number(let value): value.text()
        case .symbol(let symbol): symbol
        case .end: "the end"
        }
    }
}

/// Cuts the text of an expression into tokens.
struct ExpressionLexer {
    private let scalars: [Unicode.Scalar]
    /// The index of the character that is read next.
    private(set) var at: Int
    /// The index of the character with which the last token began.
    private(set) var tokenStart: Int

    init(_ scalars: [Unicode.Scalar], from start: Int = 0) {
        self.scalars = scalars
        at = start
        tokenStart = start
    }

    /// Reads the next token; at `}}` and at the end of the text it is `.end`, and nothing is taken.
    mutating func next() throws(ExpressionSyntaxError) -> ExpressionToken {
        while at < scalars.count, [" ", "\t", "\n", "\r"].contains(scalars[at]) { at += 1 }
        tokenStart = at
        guard at < scalars.count, !isAtClosing else { return .end }
        switch scalars[at] {
        case "a"..."z", "A"..."Z", "_": return .name(word())
        case "0"..."9", "-": return try number()
        case "'", "\"": return try string()
        default: return try symbol()
        }
    }

    /// Whether the text goes on with `}}`.
    var isAtClosing: Bool { at + 1 < scalars.count && scalars[at] == "}" && scalars[at + 1] == "}" }

    func fault(_ reason: String, hint: String? = nil, at place: Int? = nil) -> ExpressionSyntaxError {
        ExpressionSyntaxError(reason: reason, hint: hint, column: (place ?? at) + 1)
    }

    private mutating func word() -> String {
        let start = at
        while at < scalars.count, scalars[at].isNameLetter { at += 1 }
        return text(start..<at)
    }

    private mutating func number() throws(ExpressionSyntaxError) -> ExpressionToken {
        let start = at
        while at < scalars.count, scalars[at].isNameLetter || scalars[at] == "." || scalars[at] == "+" { at += 1 }
        let written = text(start..<at)
        do throws(JSONParseError) {
            return .number(try JSONValue(parsing: written))
        } catch {
            throw fault("\(quoted(written)) is no number", at: start)
        }
    }

    private mutating func string() throws(ExpressionSyntaxError) -> ExpressionToken {
        let start = at
        let quote = scalars[at]
        var text = String.UnicodeScalarView()
        at += 1
        while at < scalars.count, scalars[at] != quote {
            if scalars[at] == "\\" {
                at += 1
                text.append(try escaped())
            } else {
                text.append(scalars[at])
            }
            at += 1
        }
        guard at < scalars.count else { throw fault("the string is not closed", hint: "add \(quote)", at: start) }
        at += 1
        return .string(String(text))
    }

    private func escaped() throws(ExpressionSyntaxError) -> Unicode.Scalar {
        guard at < scalars.count else { throw fault("the text ends inside a string") }
        switch scalars[at] {
        case "\\", "'", "\"": return scalars[at]
        case "n": return "\n"
        case "t": return "\t"
        default: throw fault("unknown escape \\\(scalars[at])", hint: #"known are \\ \' \" \n \t"#)
        }
    }

    private mutating func symbol() throws(ExpressionSyntaxError) -> ExpressionToken {
        for symbol in ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ".", ","]
        where scalars[at...].starts(with: symbol.unicodeScalars) {
            at += symbol.unicodeScalars.count
            return .symbol(symbol)
        }
        let hints: [Unicode.Scalar: String] = [
            "=": "compare with ==", "&": "and is written &&", "|": "or is written ||",
            "$": "inside ${{ }}, names stand without $",
        ]
        throw fault("\(quoted(String(Character(scalars[at])))) has no meaning here", hint: hints[scalars[at]])
    }

    private func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
}
