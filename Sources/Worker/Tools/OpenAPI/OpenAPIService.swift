package import HTTPTransport

/// A service with an OpenAPI document, as a connection names it.
package struct OpenAPIService: Sendable {
    /// Where the document is.
    package enum Document: Hashable, Sendable {
        case text(String)
        case file(String)
        case url(String)
    }

    /// The connection's name.
    package var name: String
    package var document: Document
    /// What the paths lie below; nil stands for the server that the document names.
    package var base: String?
    /// What the connection adds to each request, its secret too.
    package var headers: HTTPHeaders
    package var policy: AddressPolicy

    package init(
        name: String,
        document: Document,
        base: String? = nil,
        headers: HTTPHeaders = [:],
        policy: AddressPolicy = .publicOnly
    ) {
        self.name = name
        self.document = document
        self.base = base
        self.headers = headers
        self.policy = policy
    }
}
