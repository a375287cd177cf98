package import HTTPTransport

/// Where a server on the web is reached, and what goes along with each request.
package struct MCPWebAddress: Sendable {
    package var url: String
    package var headers: HTTPHeaders
    package var policy: AddressPolicy

    package init(url: String, headers: HTTPHeaders = [:], policy: AddressPolicy = .publicOnly) {
        self.url = url
        self.headers = headers
        self.policy = policy
    }
}
