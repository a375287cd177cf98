package import HTTPTransport
package import JobModel

/// Where a model is reached, and with what.
package struct ModelEndpoint: Equatable, Sendable {
    /// Whose words are spoken there.
    package enum Kind: String, Equatable, Sendable, CaseIterable {
        /// Chat Completions as OpenAI itself speaks it.
        case openAI = "openai"
        /// Chat Completions as others speak it.
        case openAICompatible = "openai-compatible"
        /// Chat Completions at a deployment of Azure OpenAI.
        case azureOpenAI = "azure-openai"
        /// OpenAI Responses.
        case openAIResponses = "openai-responses"
        /// Anthropic Messages.
        case anthropic
        /// Google Gemini.
        case gemini
        /// Amazon Bedrock Converse.
        case bedrock
    }

    /// The name of the connection, for messages to people.
    package var name: String
    /// Whose words are spoken.
    package var kind: Kind
    /// The address in front of the provider's own paths, such as `https://api.openai.com/v1`; a query in it is kept.
    package var baseURL: String
    /// The key; nil for a model that needs none.
    package var key: Secret?
    /// What requests to AWS are signed with; nil for other providers, or where the key is sent as it is.
    package var signer: AWSSigner?
    /// Further header fields of every request; one of the same name takes the place of the machine's own.
    package var headers: [(name: String, value: Secret)]
    /// A file with the certificate authorities, in PEM, that are trusted instead of the system's; nil, the default,
    /// means the system's.
    package var certificateAuthorities: String?
    /// How long a call may take.
    package var timeouts: ModelTimeouts

    /// An endpoint made of its parts.
    package init(
        name: String,
        kind: Kind,
        baseURL: String,
        key: Secret?,
        headers: [(name: String, value: Secret)] = [],
        certificateAuthorities: String? = nil,
        timeouts: ModelTimeouts = ModelTimeouts()
    ) {
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.key = key
        self.headers = headers
        self.certificateAuthorities = certificateAuthorities
        self.timeouts = timeouts
    }

    package static func == (left: ModelEndpoint, right: ModelEndpoint) -> Bool {
        left.name == right.name && left.kind == right.kind && left.baseURL == right.baseURL && left.key == right.key
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
            && left.signer == right.signer && left.certificateAuthorities == right.certificateAuthorities
            && left.timeouts == right.timeouts
    }

    /// The address of one of the provider's paths, such as `chat/completions`.
    ///
    /// - Parameter query: What is added to a query that the base has.
    func url(_ path: String, query: String? = nil) -> String {
        let end = baseURL.firstIndex(of: "?") ?? baseURL.endIndex
        var base = baseURL[..<end]
        while base.last == "/" { base.removeLast() }
        let queries = [baseURL[end...].dropFirst(), query.map { $0[...] } ?? ""].filter { !$0.isEmpty }
        return "\(base)/\(path)" + (queries.isEmpty ? "" : "?" + queries.joined(separator: "&"))
    }

    /// A text that came from outside, with the key and the values of the headers taken out, and held within `limit`
    /// bytes.
    func redacted(_ text: String, limit: Int = ModelError.maximumMessageBytes) -> String {
        var secrets = headers.map(\.value.exposed).filter { $0.utf8.count >= Self.leastSecretBytes }
        if let key = key?.exposed, !key.isEmpty { secrets.append(key) }
        if let signer { secrets += signer.secrets.map(\.exposed) }
        // The longest first: a secret that is part of another must not leave the rest of it behind.
        var redacted = text
        for secret in secrets.sorted(by: { $0.utf8.count > $1.utf8.count }) {
            redacted = redacted.split(separator: secret, omittingEmptySubsequences: false)
                .joined(separator: "<redacted>")
        }
        return redacted.bounded(toBytes: limit)
    }

    /// A shorter header value, such as a version, is taken for no secret.
    private static let leastSecretBytes = 8
}
