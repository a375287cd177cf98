package import HTTPTransport
package import JobModel

/// What came back for a request.
package struct HTTPAnswer: Sendable, Equatable {
    /// The headers that are handed on, where the answer has them.
    private static let shown = [
        "Content-Type", "Location", "Retry-After", "ETag", "Last-Modified", "Link", "X-Request-Id",
    ]

    package let status: Int
    package let headers: HTTPHeaders
    /// As far as the limit.
    package let bytes: [UInt8]
    /// The limit the body went over; nil when it is whole.
    package let truncatedAt: Int?

    /// `status`, the few `headers` that matter, `body` and, where something is missing or altered, `notice`.
    ///
    /// The body is JSON when its content type says so, it is whole, it can be read and it is not nested too deep to be
    /// recorded; else its text.
    package var json: JSONValue {
        var answer = JSONObject()
        answer["status"] = .integer(Int64(status))
        answer["headers"] = .object(
            JSONObject(Self.shown.compactMap { name in headers[name].map { (name.lowercased(), .string($0)) } })
        )
        answer["body"] = body
        answer["notice"] = notice.map(JSONValue.string)
        return .object(answer)
    }

    /// The body as JSON, as text or, when there is none, null.
    package var body: JSONValue {
        if bytes.isEmpty { return .null }
        if isJSON, truncatedAt == nil {
            // Said to be JSON and not, or nested too deep to be recorded: shown as it came.
            guard let value = try? JSONValue(parsing: bytes),
                !value.isNested(deeperThan: JSONValue.maximumForeignDepth)
            else { return .string(String(decoding: bytes, as: UTF8.self)) }
            return value
        }
        return isBinary ? .null : .string(String(decoding: bytes, as: UTF8.self))
    }

    private var notice: String? {
        if isBinary { return "the body is no text and is not shown" }
        return truncatedAt.map { "only the first \($0) bytes of the body are shown" }
    }

    private var isJSON: Bool {
        let type = headers["Content-Type"]?.prefix { $0 != ";" && $0 != " " }.lowercased() ?? ""
        return type == "application/json" || type.hasSuffix("+json")
    }

    private var isBinary: Bool { bytes.contains(0) }
}
