import HTTPTransport
package import JobModel
import Prices
package import Storage
import Tools

/// A connection that a program may use through the gateway.
package struct GatewayConnection: Sendable {
    /// A header of every request.
    package struct Header: Equatable, Sendable {
        var name: String
        var value: Secret

        package init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }
    }

    package var name: String
    package var family: WireFormat.Family
    /// The provider's address; a version at its end is not repeated.
    package var url: String
    package var key: Secret?
    /// Further headers of every request to the provider.
    package var headers: [Header] = []
    /// What no program may see, nor anything that is kept, although the provider repeats it.
    package private(set) var secrets: [Secret]
    /// Takes the secrets out of what the provider sends.
    let redactor: Redactor
    /// What the tokens of its models cost, as somebody has set it.
    package var prices: [String: ModelPrice]
    /// The kind of provider at whose own address it is, and whose shipped prices hold for all other models; nil for any other server.
    package var provider: String?
    /// How much may be asked of it, by all workers together.
    package var limits = ConnectionStore.Limits()
    /// How long it may be silent before the first byte, and between two.
    package var firstByte: Duration
    package var stall: Duration

    package init(
        name: String,
        family: WireFormat.Family,
        url: String,
        key: Secret? = nil,
        secrets: [Secret] = [],
        prices: [String: ModelPrice] = [:],
        provider: String? = nil,
        firstByte: Duration = .seconds(120),
        stall: Duration = .seconds(60)
    ) {
        self.name = name
        self.family = family
        self.url = url
        self.key = key
        self.secrets = secrets
        redactor = Redactor(secrets: (secrets + [key].compactMap { $0 }).map(\.exposed))
        self.prices = prices
        self.provider = provider
        self.firstByte = firstByte
        self.stall = stall
    }

    /// The address of one of the provider's paths.
    ///
    /// A version is said once: that of the path, where the connection's address ends in one. Gemini's is left out where that address has a
    /// path of its own that ends in none, as Vertex AI's has.
    func address(_ path: String, query: String?) -> String {
        let end = url.firstIndex(of: "?") ?? url.endIndex
        var base = url[..<end]
        while base.last == "/" { base.removeLast() }
        var path = path[...]
        if let version = path.split(separator: "/").first, GatewayRoute.isVersion(String(version)) {
            let parts = base.split(separator: "/")
            // The scheme and the host come before any path.
            if parts.count > 2, let last = parts.last, GatewayRoute.isVersion(String(last)) {
                base.removeLast(last.count + 1)
            } else if family == .gemini, parts.count > 2 {
                path = path.dropFirst(version.count + 1)
            }
        }
        let queries = [String(url[end...].dropFirst()), query ?? ""].filter { !$0.isEmpty }
        return "\(base)/\(path)" + (queries.isEmpty ? "" : "?" + queries.joined(separator: "&"))
    }

    /// What the tokens of a model cost; nil when nobody said.
    func price(of model: String) -> ModelPrice? {
        prices[model] ?? provider.flatMap { ShippedPrices.all.price(of: model, provider: $0) }
    }

    /// Puts what the connection adds into a request: its own headers, and the real key.
    func sign(_ request: inout HTTPRequest) {
        for header in headers { request.headers[header.name] = header.value.exposed }
        if let (name, value) = authorization { request.headers[name] = value }
    }

    /// The header that carries the key.
    private var authorization: (name: String, value: String)? {
        guard let key = key?.exposed else { return nil }
        switch family {
        case .openAI: return ("Authorization", "Bearer " + key)
        case .anthropic: return ("x-api-key", key)
        case .gemini: return ("x-goog-api-key", key)
        }
    }
}

extension GatewayConnection {
    /// As it is handed to the gateway's process.
    var json: JSONValue {
        [
            "name": .string(name), "family": .string(family.rawValue), "url": .string(url),
            "key": key.map { .string($0.exposed) } ?? .null,
            "headers": .array(headers.map { [.string($0.name), .string($0.value.exposed)] }),
            "secrets": .array(secrets.map { .string($0.exposed) }),
            "first_byte": .integer(firstByte.wholeMicroseconds), "stall": .integer(stall.wholeMicroseconds),
            "limits": .array(
                [limits.requestsPerMinute, limits.tokensPerMinute, limits.concurrent].map { limit in
                    limit.map { .integer(Int64($0)) } ?? .null
                }
            ),
            "prices": .object(JSONObject(prices.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
            "provider": provider.map { .string($0) } ?? .null,
        ]
    }

    init?(json: JSONValue) {
        guard let name = json["name"]?.stringValue,
            let family = json["family"]?.stringValue.flatMap(WireFormat.Family.init),
            let url = json["url"]?.stringValue, let firstByte = json["first_byte"]?.integerValue,
            let stall = json["stall"]?.integerValue
        else { return nil }
        self.init(
            name: name,
            family: family,
            url: url,
            key: json["key"]?.stringValue.map(Secret.init),
            secrets: (json["secrets"]?.arrayValue ?? []).compactMap { $0.stringValue.map(Secret.init) },
            prices: Dictionary(
                uniqueKeysWithValues: (json["prices"]?.objectValue ?? [:]).compactMap { model, value in
                    ModelPrice(json: value).map { (model, $0) }
                }
            ),
            provider: json["provider"]?.stringValue,
            firstByte: .microseconds(firstByte),
            stall: .microseconds(stall)
        )
        func limit(_ place: Int) -> Int? { json["limits"]?[place]?.integerValue.map { Int($0) } }
        limits = .init(requestsPerMinute: limit(0), tokensPerMinute: limit(1), concurrent: limit(2))
        headers = (json["headers"]?.arrayValue ?? []).compactMap { header in
            guard let name = header[0]?.stringValue, let value = header[1]?.stringValue else { return nil }
            return Header(name: name, value: Secret(value))
        }
    }
}
