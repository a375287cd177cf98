/// Why an expression is no schedule.
package enum CronError: Error, Equatable, CustomStringConvertible {
    /// It has not five or six fields.
    case fieldCount(Int)
    case unknownAlias(String)
    /// A field cannot be understood; the reason says what is wrong with which part.
    case badField(CronField, String, reason: String)
    /// No date ever fits, such as 31 February.
    case impossible(String)

    package var description: String {
        switch self {
        case .fieldCount(let count):
            "a cron expression has five fields, or six with seconds first, not \(count)"
        case .unknownAlias(let word): "there is no \"\(word)\""
        case .badField(let field, let text, let reason): "the \(field.name) \"\(text)\" is not understood: \(reason)"
        case .impossible(let expression): "\"\(expression)\" never comes: no date fits it"
        }
    }

    /// What to write instead, if we know.
    package var hint: String? {
        switch self {
        case .fieldCount: "minute hour day-of-month month day-of-week, as in 30 6 * * MON-FRI"
        case .unknownAlias: "known here: \(CronExpression.aliases.keys.sorted().joined(separator: ", "))"
        case .badField(let field, _, _): field.hint
        case .impossible: nil
        }
    }
}
