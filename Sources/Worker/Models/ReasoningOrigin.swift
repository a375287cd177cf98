import JobModel

/// Which model of which connection wrote a reasoning: nobody else gets its opaque part back.
struct ReasoningOrigin: Equatable {
    let connection: String
    let format: String
    let model: String

    init(_ endpoint: ModelEndpoint, model: String) {
        connection = endpoint.name
        format = endpoint.kind.rawValue
        self.model = model
    }

    /// What the provider wants back, with its origin.
    func wrap(_ value: JSONValue) -> JSONValue {
        [
            "connection": .string(connection), "format": .string(format), "model": .string(model), "value": value,
        ]
    }

    /// What is to be given back; nil when another model wrote it.
    func unwrap(_ opaque: JSONValue?) -> JSONValue? {
        guard let opaque, opaque["connection"]?.stringValue == connection,
            opaque["format"]?.stringValue == format, opaque["model"]?.stringValue == model
        else { return nil }
        return opaque["value"]
    }
}
