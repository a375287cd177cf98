package import JobModel

/// Why a request is not carried out, as RFC 9457 has it.
package struct Problem: Error, Equatable, CustomStringConvertible {
    /// A header field that only some answers have.
    package enum Header: Sendable {
        /// After how many seconds another try makes sense.
        case retryAfter
        /// How to log in.
        case authenticate
        /// The methods that do something.
        case allow
    }

    package var code: ProblemCode
    /// What happened this time, in lower case, with the values and the way out; safe to show to anyone.
    package var detail: String
    /// Members of the answer that only this code has.
    package var extras: JSONObject
    /// Header fields of the answer that only this code has.
    package var headers: [Header: String]

    package init(
        _ code: ProblemCode,
        _ detail: String,
        extras: JSONObject = [:],
        headers: [Header: String] = [:]
    ) {
        self.code = code
        self.detail = detail
        self.extras = extras
        self.headers = headers
    }

    package var description: String { "\(code.rawValue): \(detail)" }

    /// The body of the answer.
    package var json: JSONValue {
        var object: JSONObject = [
            "type": .string("urn:chassis:problem:" + code.rawValue),
            "title": .string(code.title),
            "status": .integer(Int64(code.status)),
            "detail": .string(detail),
            "code": .string(code.rawValue),
        ]
        for (key, value) in extras { object[key] = value }
        return .object(object)
    }
}
