/// Why an attempt or a job failed, for people and for scripts.
package struct JobFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A stable word, such as `timeout`; listed in docs/errors.md.
    package let code: String
    /// What happened, in lower case, with the values and the way out.
    package let message: String
    /// Whether another attempt cannot help.
    package let isPermanent: Bool
    /// What kind of fault it is, where that is known beyond the code.
    package let kind: Kind?
    /// How long whoever refused asks to be left alone.
    package let retryAfter: Duration?

    /// Kinds of faults that a job's retries may tell apart.
    package enum Kind: String, CaseIterable, Sendable {
        /// Too much was asked of somebody in too short a time.
        case rateLimit = "rate-limit"
        /// Something took too long.
        case timeout
        /// Somebody is there and cannot answer now.
        case unavailable
        /// Nobody could be reached, or the connection broke.
        case network

        /// The kind of an answer over HTTP; nil for an answer that is no fault of these.
        package init?(status: Int) {
            switch status {
            case 429: self = .rateLimit
            case 408, 504: self = .timeout
            case 500...599: self = .unavailable
            default: return nil
            }
        }
    }

    package init(
        code: String,
        message: String,
        isPermanent: Bool = false,
        kind: Kind? = nil,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.isPermanent = isPermanent
        self.kind = kind
        self.retryAfter = retryAfter
    }

    /// The words that name it in a job's retries, the narrowest first.
    var names: [String] { [code] + (kind.map { [$0.rawValue] } ?? []) }

    package var description: String { "\(code): \(message)" }

    /// As it is kept in the database, which holds no U+0000.
    package var json: JSONValue { ["code": .string(code), "message": .string(message.withoutNull)] }
}
