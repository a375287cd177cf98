package import HTTPTransport
import JobModel
import Tools

/// What a provider refuses with, so that the program's SDK can read it.
///
/// It is passed on as it came, without secrets, when it is JSON. A page of whatever stands before the provider, or nothing, is
/// put into the provider's words.
package struct ProviderError: Equatable, Sendable {
    /// The most that is shown of what is no JSON, in bytes.
    private static let longestExcerpt = 200
    /// What a client needs to see of a refusal's headers.
    private static let keptHeaders = [
        "Content-Type", "Retry-After", "retry-after-ms", "x-should-retry", "x-request-id", "request-id",
    ]

    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]

    /// - Parameter status: Any but a success.
    package init(status: Int, headers: HTTPHeaders, body: [UInt8], of connection: GatewayConnection) {
        let redactor = connection.redactor
        let body = redactor.redacted(body)
        var kept = HTTPHeaders(
            Self.keptHeaders.compactMap { name in headers[name].map { (name, redactor.redacted($0)) } }
        )
        let isReadable = (try? JSONValue(parsing: body)).map { $0.objectValue != nil || $0.arrayValue != nil } ?? false
        // Nobody reads the other kinds as an error, and a redirect leads to where the key should not go.
        let isError = status >= 400
        guard isError, isReadable else {
            let excerpt = String(decoding: body.prefix(Self.longestExcerpt), as: UTF8.self)
            let reason =
                isError
                ? "\(connection.name) answered \(status), and no error in its own words"
                : "\(connection.name) answered \(status), which is not followed; correct its url"
            let refusal = GatewayRefusal(.badAnswer, reason + (excerpt.isEmpty ? "" : ": \(excerpt)"))
            self.status = isError ? status : refusal.reason.status
            kept["Content-Type"] = "application/json"
            if !isError { kept["x-should-retry"] = "false" }
            self.headers = kept
            self.body = refusal.json(connection.family, status: self.status).encoded()
            return
        }
        self.status = status
        self.headers = kept
        self.body = body
    }
}
