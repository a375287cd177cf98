import HTTPTransport
import Models
import Settings

extension ModelEndpoint {
    /// The endpoint that a connection describes, for one of its models.
    init(_ access: ModelAccess, name: String, model: String) {
        // An address of Azure names the deployment: the model, unless the connection names another.
        let url = access.url.replacing("{model}", with: model)
        self.init(
            name: name,
            kind: Kind(access.wire, url: url),
            baseURL: url,
            key: access.key,
            headers: access.headers.map { ($0.name, $0.value) },
            timeouts: ModelTimeouts(access.silence)
        )
        if let aws = access.aws, let keys = aws.keys {
            signer = AWSSigner(
                keyID: keys.id,
                secretKey: keys.secret,
                sessionToken: keys.sessionToken,
                region: aws.region,
                service: "bedrock"
            )
        }
    }
}

extension ModelEndpoint.Kind {
    fileprivate init(_ wire: ModelAccess.Wire, url: String) {
        self =
            switch wire {
            // OpenAI's own newer models refuse what others still expect.
            case .openai: Self.isOpenAI(url) ? .openAI : .openAICompatible
            case .openaiResponses: .openAIResponses
            case .anthropic: .anthropic
            case .gemini: .gemini
            case .bedrock: .bedrock
            case .azureOpenAI: .azureOpenAI
            }
    }

    private static func isOpenAI(_ url: String) -> Bool {
        url.split(separator: "/").dropFirst().first?.split(separator: ":").first == "api.openai.com"
    }
}

extension ModelTimeouts {
    /// The limits that a connection sets, and the defaults for those that it does not.
    fileprivate init(_ limits: ModelAccess.SilenceLimits) {
        self.init()
        if let firstByte = limits.firstByte { self.firstByte = firstByte }
        if let stall = limits.stall { self.stall = stall }
    }
}
