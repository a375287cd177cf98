package import JobModel

/// A named way to reach a model, a database, a web service or a tool server.
package struct ConnectionDefinition: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Models, in whoever's words.
        case model(ModelAccess)
        /// A database, as a libpq connection string or URL.
        case postgres(url: Secret)
        /// A web service: requests must begin with its address, and carry its headers.
        case http(url: String, headers: [(name: String, value: Secret)], allowsPrivate: Bool)
        /// A server that speaks the Model Context Protocol.
        case mcp(MCPConnection)
        /// A web service whose OpenAPI document says what it does.
        case openapi(OpenAPIConnection)

        package static func == (left: Kind, right: Kind) -> Bool {
            switch (left, right) {
            case (.model(let a), .model(let b)): a == b
            case (.postgres(let a), .postgres(let b)): a == b
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

/// What a model's tokens cost, in dollars a million tokens, which is micro-dollars a token.
package struct ModelPrice: Equatable, Sendable {
    package let input: MicroDollarsPerMillion
    package let cachedInput: MicroDollarsPerMillion
    package let output: MicroDollarsPerMillion

    /// A price as micro-dollars for a million tokens, so that it stays a whole number.
    package typealias MicroDollarsPerMillion = Int64

    package init(
        input: MicroDollarsPerMillion,
        cachedInput: MicroDollarsPerMillion? = nil,
        output: MicroDollarsPerMillion
    ) {
        self.input = input
        self.cachedInput = cachedInput ?? input
        self.output = output
    }

    /// What a call cost, rounded up to whole micro-dollars.
    ///
    /// - Parameter input: All input tokens, those from the provider's cache included.
    /// - Parameter cachedInput: How many of them came from the cache.
    package func cost(input: Int, cachedInput: Int, output: Int) -> MicroDollars {
        let cached = Int64(min(max(cachedInput, 0), max(input, 0)))
        let total =
            (Int64(max(input, 0)) - cached) * self.input + cached * self.cachedInput
            + Int64(max(output, 0)) * self.output
        return MicroDollars(rawValue: (total + 999_999) / 1_000_000)
    }
}
