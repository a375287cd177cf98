import ArgumentParser
import JobModel

/// One `--param key=value` of a command line.
struct ParamArgument: Equatable, Sendable, ExpressibleByArgument {
    let key: String
    let value: String

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
}
