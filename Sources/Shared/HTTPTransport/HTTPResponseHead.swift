/// What comes before the body of a response.
package struct HTTPResponseHead: Equatable, Sendable {
    /// The status code.
    package internal(set) var status: Int
    /// The header fields.
    package internal(set) var headers = HTTPHeaders()
}
