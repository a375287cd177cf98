import JobModel

/// What is given as JSON on the command line, and may be a plain text instead.
enum DataArgument {
    /// Reads a value; what does not look like JSON is a text.
    ///
    /// - Parameter option: Where it was given, for the error.
    static func value(_ text: String, of option: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            let first = text.first { !$0.isWhitespace }
            guard let first, "{[\"".contains(first) else { return .string(text) }
            throw ClientError.usage("\(option) is no JSON: \(error); a text does not begin with \(first)")
        }
    }
}
