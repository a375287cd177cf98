/// How a web service is reached whose OpenAPI document says what it does.
package struct OpenAPIConnection: Equatable, Sendable {
    /// Where the document is.
    package enum Document: Equatable, Sendable {
        /// Written into the connection itself.
        case text(String)
        /// A file of the worker's host.
        case file(String)
        /// An address on the web.
        case url(String)
    }

    package let document: Document
    /// What the paths of the document lie below; nil for the server that the document names.
    package let url: String?
    package let headers: [NamedSecret]
    package let allowsPrivate: Bool
}
