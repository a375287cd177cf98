import JobModel
import Workflow

extension ConnectionReader {
    private static let ofAll = [
        "kind", "url", "url_env", "key", "key_env", "key_file", "headers", "prices", "first_byte", "stall", "limits",
    ]
    private static let ofBedrock = [
        "region", "profile", "access_key_id", "access_key_id_env", "access_key_id_file", "secret_access_key",
        "secret_access_key_env", "secret_access_key_file", "session_token", "session_token_env", "session_token_file",
    ]

    /// How models are reached; nil when that cannot be understood, which was noted then.
    mutating func model(
        _ wire: ModelAccess.Wire,
        of fields: [String: SourceNode],
        at connection: SourceEntry
    ) -> ModelAccess? {
        let entries = connection.value.entries ?? []
        switch wire {
        case .openai, .openaiResponses, .anthropic: check(entries, Self.ofAll + ["batches"])
        case .gemini: check(entries, Self.ofAll)
        case .bedrock: check(entries, Self.ofAll + Self.ofBedrock)
        case .azureOpenAI: check(entries, Self.ofAll + ["deployment", "api_version"])
        }
        let key = has("key", fields) ? secret("key", of: fields, at: connection) : nil
        if let key { checkHeader("key", key, at: connection.keyPlace) }
        let aws =
            wire == .bedrock ? aws(of: fields, bearer: key == nil ? .fromEnvironment : .given, at: connection) : nil
        guard let url = modelAddress(wire, region: aws?.region, of: fields, at: connection) else { return nil }
        var access = ModelAccess(wire: wire, url: url, key: key ?? bedrockKey(wire, aws))
        access.headers = headers(fields["headers"]).map { ModelAccess.Header(name: $0.name, value: $0.value) }
        access.prices = prices(fields["prices"])
        access.silence.firstByte = duration("first_byte", of: fields)
        access.silence.stall = duration("stall", of: fields)
        access.limits = limits(fields["limits"])
        access.batches = batches(fields["batches"])
        access.aws = aws
        if access.key == nil, aws == nil, access.headers.isEmpty, Self.isOfProvider(url) {
            let kind = wire.rawValue
            refuse(connection.keyPlace, "a connection of kind \(kind) to \(url) needs key, key_env or key_file")
            return nil
        }
        return access
    }

    private func has(_ key: String, _ fields: [String: SourceNode]) -> Bool {
        [key, key + "_env", key + "_file"].contains { fields[$0] != nil }
    }

    // MARK: Addresses

    private mutating func modelAddress(
        _ wire: ModelAccess.Wire,
        region: String?,
        of fields: [String: SourceNode],
        at connection: SourceEntry
    ) -> String? {
        if fields["url"] == nil, fields["url_env"] == nil {
            switch wire {
            case .openai, .openaiResponses: return "https://api.openai.com/v1"
            case .anthropic: return "https://api.anthropic.com/v1"
            case .gemini: return "https://generativelanguage.googleapis.com/v1beta"
            case .bedrock: return region.map { "https://bedrock-runtime.\($0).amazonaws.com" }
            case .azureOpenAI: break
            }
        }
        guard let url = address(of: fields, at: connection) else { return nil }
        return wire == .azureOpenAI ? azureAddress(url, of: fields, at: connection) : url
    }

    /// The address of a deployment; the model's name stands in place of one that is not named.
    private mutating func azureAddress(
        _ url: String,
        of fields: [String: SourceNode],
        at connection: SourceEntry
    ) -> String? {
        guard let version = fields["api_version"]?.scalarText, Self.isWord(version) else {
            refuse(
                fields["api_version"]?.place ?? connection.keyPlace,
                "needs api_version, such as api_version: 2024-10-21"
            )
            return nil
        }
        let deployment = fields["deployment"]?.scalarText
        if let node = fields["deployment"], !(deployment.map(Self.isWord) ?? false) {
            refuse(node.place, "a deployment's name holds letters, digits, -, _ and . only")
            return nil
        }
        var base = url[...]
        while base.last == "/" { base.removeLast() }
        return "\(base)/openai/deployments/\(deployment ?? Self.modelPlaceholder)?api-version=\(version)"
    }

    /// Stands for the name of the model in an address of Azure.
    static let modelPlaceholder = "{model}"

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }

    /// Whether an address is a provider's own, which answers nobody without a key.
    private static func isOfProvider(_ url: String) -> Bool {
        let host = url.split(separator: "/").dropFirst().first.map { $0.prefix { $0 != ":" } } ?? ""
        let hosts = ["api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"]
        return hosts.contains(String(host)) || host.hasSuffix(".openai.azure.com")
    }

    // MARK: AWS

    /// Whether a key of Bedrock's own takes the place of the keys of AWS.
    enum Bearer {
        case given, fromEnvironment
        /// For another service, which no such key opens.
        case never
    }

    mutating func aws(
        of fields: [String: SourceNode],
        bearer: Bearer,
        at connection: SourceEntry
    ) -> AWSAccess? {
        let region = fields["region"]?.scalarText ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
        guard let region, Self.isWord(region) else {
            refuse(fields["region"]?.place ?? connection.keyPlace, "needs region, such as region: eu-central-1")
            return nil
        }
        let isBearer =
            switch bearer {
            case .given: true
            case .fromEnvironment: !(environment[Self.bearerVariable] ?? "").isEmpty
            case .never: false
            }
        if has("access_key_id", fields) || has("secret_access_key", fields) {
            let id = secret("access_key_id", of: fields, at: connection)
            let key = secret("secret_access_key", of: fields, at: connection)
            let hasToken = has("session_token", fields)
            let token = hasToken ? secret("session_token", of: fields, at: connection) : nil
            guard let id, let key, hasToken == (token != nil) else { return nil }
            for (name, value) in [("access_key_id", id), ("session_token", token ?? id)] {
                checkHeader(name, value, at: connection.keyPlace)
            }
            return AWSAccess(region: region, keys: AWSAccess.Keys(id: id, secret: key, sessionToken: token))
        }
        if isBearer { return AWSAccess(region: region, keys: nil) }
        let found = AWSKeysFile.keys(profile: fields["profile"]?.scalarText, environment: environment)
        guard let keys = found.keys else {
            refuse(
                connection.keyPlace,
                "needs access_key_id and secret_access_key, or key_env, or AWS_ACCESS_KEY_ID and "
                    + "AWS_SECRET_ACCESS_KEY in the environment, or a profile of the credentials file: \(found.fault)"
            )
            return nil
        }
        return AWSAccess(region: region, keys: keys)
    }

    private static let bearerVariable = "AWS_BEARER_TOKEN_BEDROCK"

    /// A key of Bedrock's own, where AWS' programs look for it.
    private func bedrockKey(_ wire: ModelAccess.Wire, _ aws: AWSAccess?) -> Secret? {
        guard wire == .bedrock, let aws, aws.keys == nil else { return nil }
        return environment[Self.bearerVariable].map { Secret($0) }
    }

    // MARK: Batches

    private mutating func batches(_ node: SourceNode?) -> BatchSettings {
        var settings = BatchSettings()
        guard let node else { return settings }
        guard let entries = node.entries else {
            refuse(node.place, "batches is a mapping, such as {gather: 30s, poll: 1m, doubt: 2m}")
            return settings
        }
        check(entries, ["gather", "poll", "doubt"])
        let fields = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
        settings.gather = duration("gather", of: fields) ?? settings.gather
        settings.poll = duration("poll", of: fields) ?? settings.poll
        settings.doubt = duration("doubt", of: fields) ?? settings.doubt
        return settings
    }

    // MARK: Limits

    private mutating func limits(_ node: SourceNode?) -> ConnectionLimits {
        var limits = ConnectionLimits()
        guard let node else { return limits }
        guard let entries = node.entries else {
            refuse(node.place, "limits is a mapping, such as {requests_per_minute: 500, concurrent: 20}")
            return limits
        }
        check(entries, ["requests_per_minute", "tokens_per_minute", "concurrent"])
        for entry in entries {
            guard let count = entry.value.scalarText.flatMap({ Int($0) }), (1...1_000_000_000).contains(count) else {
                refuse(entry.value.place, "\(entry.key) must be a whole number, 1 to 1000000000")
                continue
            }
            switch entry.key {
            case "requests_per_minute": limits.requestsPerMinute = count
            case "tokens_per_minute": limits.tokensPerMinute = count
            case "concurrent": limits.concurrent = count
            default: break
            }
        }
        return limits
    }
}
