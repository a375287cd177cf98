internal import JobModel

/// A recursive-descent reader of expressions; its depth is bounded, so its stack is too.
///
/// ```
/// either     = both { "||" both }
/// both       = comparison { "&&" comparison }
/// comparison = unary [ ("==" | "!=" | "<" | "<=" | ">" | ">=") unary ]
/// unary      = "!" unary | primary { "." NAME | "[" either "]" }
/// primary    = literal | reference | NAME "(" [ either { "," either } ] ")" | "(" either ")"
/// ```
struct ExpressionParser {
    private var lexer: ExpressionLexer
    private let start: Int
    private var token: ExpressionToken = .end
    private var depth = 0

    /// Reads a text that is one expression.
    init(_ text: String) throws(ExpressionSyntaxError) {
        try self.init(Array(text.unicodeScalars), from: 0)
    }

    /// Reads an expression that begins at a character of a longer text and ends at `}}` or with the text.
    init(_ scalars: [Unicode.Scalar], from start: Int) throws(ExpressionSyntaxError) {
        self.start = start
        lexer = ExpressionLexer(scalars, from: start)
        try advance()
    }

    /// The index of the character behind the expression, once it was read.
    var end: Int { lexer.at }

    /// Reads the expression up to the end of the text.
    mutating func parseWhole() throws(ExpressionSyntaxError) -> Expression.Node {
        let node = try parse()
        guard !lexer.isAtClosing else { throw lexer.fault("}} without ${{") }
        return node
    }

    /// Reads the expression up to `}}` or the end of the text.
    mutating func parse() throws(ExpressionSyntaxError) -> Expression.Node {
        guard token != .end else { throw fault("the expression is empty") }
        let node = try parseEither()
        guard token == .end else { throw fault("\(token.summary) is not expected here") }
        return node
    }

    private func fault(_ reason: String, hint: String? = nil) -> ExpressionSyntaxError {
        lexer.fault(reason, hint: hint, at: lexer.tokenStart)
    }

    private mutating func advance() throws(ExpressionSyntaxError) {
        token = try lexer.next()
        guard lexer.at - start <= Expression.maximumLength else {
            throw lexer.fault("the expression is longer than \(Expression.maximumLength) characters", at: start)
        }
    }

    private mutating func take(_ symbol: String) throws(ExpressionSyntaxError) -> Bool {
        guard token == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    private mutating func expect(_ symbol: String) throws(ExpressionSyntaxError) {
        guard try take(symbol) else { throw fault("expected \(symbol), found \(token.summary)") }
    }

    private mutating func nested(
        _ body: (inout ExpressionParser) throws(ExpressionSyntaxError) -> Expression.Node
    ) throws(ExpressionSyntaxError) -> Expression.Node {
        depth += 1
        guard depth <= Expression.maximumNesting else {
            throw fault("nested deeper than \(Expression.maximumNesting)")
        }
        let node = try body(&self)
        depth -= 1
        return node
    }

    // MARK: Operators

    private mutating func parseEither() throws(ExpressionSyntaxError) -> Expression.Node {
        try nested { parser throws(ExpressionSyntaxError) in
            var operands = [try parser.parseBoth()]
            while try parser.take("||") { operands.append(try parser.parseBoth()) }
            return operands.count == 1 ? operands[0] : .any(operands)
        }
    }

    private mutating func parseBoth() throws(ExpressionSyntaxError) -> Expression.Node {
        var operands = [try parseComparison()]
        while try take("&&") { operands.append(try parseComparison()) }
        return operands.count == 1 ? operands[0] : .all(operands)
    }

    private mutating func parseComparison() throws(ExpressionSyntaxError) -> Expression.Node {
        let left = try parseUnary()
        guard let comparison = try takeComparison() else { return left }
        let right = try parseUnary()
        if case .symbol(let symbol) = token, Expression.Comparison(rawValue: symbol) != nil {
            throw fault("comparisons cannot be chained", hint: "join them with &&")
        }
        return .comparison(comparison, left, right)
    }

    private mutating func takeComparison() throws(ExpressionSyntaxError) -> Expression.Comparison? {
        guard case .symbol(let symbol) = token, let comparison = Expression.Comparison(rawValue: symbol) else {
            return nil
        }
        try advance()
        return comparison
    }

    private mutating func parseUnary() throws(ExpressionSyntaxError) -> Expression.Node {
        guard try take("!") else { return try parsePath() }
        return try nested { parser throws(ExpressionSyntaxError) in .not(try parser.parseUnary()) }
    }

    // MARK: Values

    private mutating func parsePath() throws(ExpressionSyntaxError) -> Expression.Node {
        let base = try parsePrimary()
        var steps: [Expression.Step] = []
        while true {
            if try take(".") {
                steps.append(.key(try takeName("a key", hint: "other keys are written ['like this']")))
            } else if try take("[") {
                let index = try parseEither()
                try expect("]")
                steps.append(.index(index))
            } else {
                return steps.isEmpty ? base : .path(base, steps)
            }
        }
    }

    private mutating func takeName(_ what: String, hint: String? = nil) throws(ExpressionSyntaxError) -> String {
        guard case .name(let name) = token else { throw fault("expected \(what), found \(token.summary)", hint: hint) }
        try advance()
        return name
    }

    private mutating func parsePrimary() throws(ExpressionSyntaxError) -> Expression.Node {
        switch token {
        case .string(let text):
            try advance()
            return .literal(.string(text))
        case .number(let value):
            try advance()
            return .literal(value)
        case .name(let name): return try parseNamed(name)
        case .symbol("("):
            try advance()
            let node = try parseEither()
            try expect(")")
            return node
        case .symbol, .end: throw fault("expected a value, found \(token.summary)")
        }
    }

    private mutating func parseNamed(_ name: String) throws(ExpressionSyntaxError) -> Expression.Node {
        let place = lexer.tokenStart
        try advance()
        if token == .symbol("(") { return try parseCall(name, at: place) }
        switch name {
        case "true": return .literal(true)
        case "false": return .literal(false)
        case "null": return .literal(.null)
        case "params":
            try expect(".")
            return .reference(.param(try takeName("the name of a param")))
        case "jobs": return try parseOutput()
        case "run": return try parseRunField()
        case "item", "index", "round", "output": return .reference(.local(Expression.Local(rawValue: name) ?? .item))
        case "previous":
            guard try take("."), token == .name("output") else {
                throw fault("expected output, found \(token.summary)", hint: "write previous.output")
            }
            try advance()
            return .reference(.local(.previous))
        case "trigger": return try parseTriggerField()
        default:
            if let local = Expression.Local(rawValue: name) { return .reference(.local(local)) }
            let known = ["params", "jobs", "run", "true", "false", "null"]
            throw lexer.fault(
                "\(quoted(name)) is unknown",
                hint: Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
                    ?? "values begin with params, jobs or run; texts stand in quotes",
                at: place
            )
        }
    }

    private mutating func parseOutput() throws(ExpressionSyntaxError) -> Expression.Node {
        try expect(".")
        let job = try takeName("the name of a job")
        let hasDot = try take(".")
        if hasDot, token == .name("state") {
            try advance()
            return .reference(.state(job: job))
        }
        guard hasDot, token == .name("output") else {
            throw fault("expected output, found \(token.summary)", hint: "write jobs.\(job).output")
        }
        try advance()
        return .reference(.output(job: job))
    }

    private mutating func parseRunField() throws(ExpressionSyntaxError) -> Expression.Node {
        try expect(".")
        let place = lexer.tokenStart
        let name = try takeName("id or workflow")
        guard let field = Expression.RunField(rawValue: name) else {
            throw lexer.fault(
                "run has no \(quoted(name))",
                hint: Spelling.hint(for: name, among: Expression.RunField.allCases.map(\.rawValue)),
                at: place
            )
        }
        return .reference(.run(field))
    }

    private mutating func parseTriggerField() throws(ExpressionSyntaxError) -> Expression.Node {
        try expect(".")
        let place = lexer.tokenStart
        let known = Expression.TriggerField.allCases.map(\.rawValue)
        let name = try takeName(known.joined(separator: ", "))
        guard let field = Expression.TriggerField(rawValue: name) else {
            throw lexer.fault(
                "trigger has no \(quoted(name))",
                hint: Spelling.hint(for: name, among: known),
                at: place
            )
        }
        return .reference(.trigger(field))
    }

    private mutating func parseCall(_ name: String, at place: Int) throws(ExpressionSyntaxError) -> Expression.Node {
        guard let function = Expression.Function(rawValue: name) else {
            throw lexer.fault(
                "there is no function \(quoted(name))",
                hint: Spelling.hint(for: name, among: Expression.Function.allCases.map(\.rawValue)),
                at: place
            )
        }
        try expect("(")
        var arguments: [Expression.Node] = []
        if token != .symbol(")") {
            arguments.append(try parseEither())
            while try take(",") { arguments.append(try parseEither()) }
        }
        try expect(")")
        guard arguments.count == function.arity else {
            let expected = function.arity == 1 ? "1 argument" : "\(function.arity) arguments"
            throw lexer.fault("\(name) takes \(expected), found \(arguments.count)", at: place)
        }
        return .call(function, arguments)
    }
}
