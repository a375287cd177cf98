package import JobModel

/// A named way to reach a model, a database, a web service or a tool server.
package struct ConnectionDefinition: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Models, in whoever's words.
        case model(ModelAccess)
        /// A database, as a libpq connection string or URL.
        case postgres(url: Secret)
        /// A file of SQLite, by its absolute path.
        case sqlite(path: String)
        /// A web service: requests must begin with its address, and carry its headers.
        case http(url: String, headers: [(name: String, value: Secret)], allowsPrivate: Bool)
        /// A server that speaks the Model Context Protocol.
        case mcp(MCPConnection)
        /// A web service whose OpenAPI document says what it does.
        case openapi(OpenAPIConnection)

        /// As the connections file says it.
        package var word: String {
            switch self {
            case .model(let access): access.wire.rawValue
            case .postgres: "postgres"
            case .sqlite: "sqlite"
            case .http: "http"
            case .mcp: "mcp"
            case .openapi: "openapi"
            }
        }

        package static func == (left: Kind, right: Kind) -> Bool {
            switch (left, right) {
            case (.model(let a), .model(let b)): a == b
            case (.postgres(let a), .postgres(let b)): a == b
            case (.sqlite(let a), .sqlite(let b)): a == b
            case (.http(let a, let b, let c), .http(let d, let e, let f)):
                a == d && c == f && b.map(\.name) == e.map(\.name) && b.map(\.value) == e.map(\.value)
            case (.mcp(let a), .mcp(let b)): a == b
            case (.openapi(let a), .openapi(let b)): a == b
            default: false
            }
        }
    }

    package let name: String
    package let kind: Kind
}
