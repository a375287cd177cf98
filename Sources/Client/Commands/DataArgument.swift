import JobModel

/// What is given as JSON on the command line or in a file, and may be a plain text instead.
enum DataArgument {
    /// The longest file, in bytes: an event may have a quarter of that, written without blanks.
    static let maximumBytes = 1 << 20

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

    /// Reads a value that stands on the command line or, as it may be longer than an argument can be, in a file.
    ///
    /// - Parameters:
    ///   - file: The value of `OPTION-file`.
    ///   - option: Where it was given, for the error.
    static func value(
        _ text: String?,
        file: String?,
        of option: String,
        _ invocation: Invocation
    ) throws -> JSONValue? {
        guard let file else { return try text.map { try value($0, of: option) } }
        guard text == nil else { throw ClientError.usage("\(option) and \(option)-file exclude each other") }
        guard !file.isEmpty else { throw ClientError.usage("\(option)-file is empty; name a file, or /dev/stdin") }
        let text = try LocalFile.readText(invocation.absolute(file), maximumBytes: maximumBytes)
        return try value(text, of: "\(option)-file \(file)")
    }
}
