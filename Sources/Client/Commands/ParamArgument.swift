import ArgumentParser
import JobModel

/// One `--param key=value` of a command line.
struct ParamArgument: Equatable, Sendable, ExpressibleByArgument {
    /// What the help says of `--param-file`.
    static let fileHelp: ArgumentHelp = "The same as key=FILE: what stands in the file, or with - in standard input."

    let key: String
    let value: String

    private init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// Nil when there is no key before an equals sign; the value may be empty and may hold further ones.
    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        key = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }

    /// The params as texts that the scheduler reads by their declared types.
    ///
    /// - Throws: `.usage` when a param is given twice.
    static func object(_ params: [ParamArgument]) throws(ClientError) -> JSONObject {
        var object: JSONObject = [:]
        for param in params {
            guard object[param.key] == nil else { throw .usage("param '\(param.key)' is given twice") }
            object[param.key] = .string(param.value)
        }
        return object
    }

    /// The params of the command line, and those that stand in files.
    ///
    /// - Parameter files: The values are files; the end of their last line does not count, as in a shell.
    static func object(
        _ params: [ParamArgument],
        files: [ParamArgument],
        _ invocation: Invocation
    ) throws(ClientError) -> JSONObject {
        guard files.count(where: { DataArgument.path($0.value, invocation) == "/dev/stdin" }) <= 1 else {
            throw .usage("--param-file reads standard input once; only one param can come from there")
        }
        var all = params
        for file in files {
            var text = try DataArgument.read(file.value, of: "--param-file \(file.key)=", invocation)
            if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
            all.append(ParamArgument(key: file.key, value: text))
        }
        return try object(all)
    }
}
