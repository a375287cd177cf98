import ArgumentParser
import JobModel

/// What is given as JSON on the command line or in a file: `--data JSON`, or `--data-file FILE`.
///
/// Every option that takes JSON has its twin for files, since an argument of a shell ends at 128 KiB.
enum DataArgument {
    /// What a value may be.
    enum Form: Equatable, Sendable {
        case json
        /// What does not look like JSON is a text.
        case jsonOrText
    }

    /// The longest file, in bytes: an event may have a quarter of that, written without blanks.
    static let maximumBytes = 1 << 20

    /// What the help says of a twin.
    static let fileHelp: ArgumentHelp = "The same from a file, or from standard input as -."

    /// Reads a value.
    ///
    /// - Parameter option: Where it was given, for the error.
    static func value(_ text: String, as form: Form = .jsonOrText, of option: String) throws(ClientError) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            let first = text.first { !$0.isWhitespace }
            let begins = first.map { "{[\"".contains($0) } ?? false
            switch form {
            case .jsonOrText where !begins: return .string(text)
            case .jsonOrText:
                let first = first.map { String($0) } ?? ""
                throw .usage("\(option) is no JSON: \(error); a text does not begin with \(first)")
            case .json: throw .usage("\(option) is no JSON: \(error); put a text in quotes, as '\"done\"'")
            }
        }
    }

    /// Reads a value that stands on the command line or in a file.
    ///
    /// - Parameters:
    ///   - file: The value of `OPTION-file`.
    ///   - option: Where it was given, for the error.
    static func value(
        _ text: String?,
        file: String?,
        as form: Form = .jsonOrText,
        of option: String,
        _ invocation: Invocation
    ) throws(ClientError) -> JSONValue? {
        guard let file else {
            guard let text else { return nil }
            return try value(text, as: form, of: option)
        }
        guard text == nil else { throw .usage("\(option) and \(option)-file exclude each other") }
        let text = try read(file, of: option + "-file", invocation)
        return try value(text, as: form, of: "\(option)-file \(file)")
    }

    /// What stands in a file that an option names.
    static func read(_ file: String, of option: String, _ invocation: Invocation) throws(ClientError) -> String {
        guard !file.isEmpty else { throw .usage("\(option) is empty; name a file, or - for standard input") }
        return try LocalFile.readText(path(file, invocation), maximumBytes: maximumBytes)
    }

    /// Where that file is.
    static func path(_ file: String, _ invocation: Invocation) -> String {
        file == "-" ? "/dev/stdin" : invocation.absolute(file)
    }
}
