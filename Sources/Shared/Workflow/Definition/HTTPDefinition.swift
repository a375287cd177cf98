package import JobModel

/// A job that is one HTTP request.
package struct HTTPDefinition: Equatable, Sendable {
    /// A header of the request.
    package struct Header: Equatable, Sendable {
        /// A token of RFC 9110, as it is written.
        package let name: String
        /// One line, apart from what its expressions bring.
        package let value: Template
    }

    /// By default `GET`.
    package let method: HTTPMethod
    /// An address, or a path where there is a connection.
    package let url: URLTemplate
    /// The headers in the order of the file.
    package let headers: [Header]
    /// A string is sent as it is, anything else as JSON; nil sends no body.
    package let body: TemplateValue?
    /// The connection that gives the base address and the secret; then `url` is a path.
    package let connection: String?
    /// The status codes that are a success; empty takes 200 to 299.
    package let expect: [Int]
    /// What repeating the request does; by default what its method promises.
    package let effect: Effect
    /// What becomes of the job when its effect is once and the request's outcome is unknown.
    package let unknown: UnknownPolicy
}

/// A method of HTTP.
package enum HTTPMethod: String, CaseIterable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// What repeating a request does, by RFC 9110.
    package var usualEffect: Effect {
        switch self {
        case .get, .head: .none
        case .put, .delete: .idempotent
        case .post, .patch: .once
        }
    }
}
