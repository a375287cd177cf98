/// Why an attempt or a job failed, for people and for scripts.
package struct JobFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A stable word, such as `timeout`; listed in docs/errors.md.
    package let code: String
    /// What happened, in lower case, with the values and the way out.
    package let message: String
    /// Whether another attempt cannot help.
    package let isPermanent: Bool

    package init(code: String, message: String, isPermanent: Bool = false) {
        self.code = code
        self.message = message
        self.isPermanent = isPermanent
    }

    package var description: String { "\(code): \(message)" }

    /// As it is kept in the database, which holds no U+0000.
    package var json: JSONValue { ["code": .string(code), "message": .string(message.withoutNull)] }
}
