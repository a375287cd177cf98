/// A response whose body was collected.
package struct HTTPResponse: Equatable, Sendable {
    /// The status code, such as 200.
    package var status: Int
    /// The header fields; their names are compared without regard to case.
    package var headers: HTTPHeaders
    /// The whole body.
    package var body: [UInt8]

    /// A response made of its parts.
    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
